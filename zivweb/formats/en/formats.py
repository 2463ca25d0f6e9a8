"""How short dates are written in English (29 Nov); Django finds them by the active language."""

SHORT_DATETIME_FORMAT = "j M, H:i"
LOG_DATETIME_FORMAT = "j M Y, H:i:s"
