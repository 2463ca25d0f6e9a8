"""How dates are written in English: 29 Nov. Django finds these names by the language that is active."""

SHORT_DATETIME_FORMAT = "j M, H:i"
LOG_DATETIME_FORMAT = "j M Y, H:i:s"
