"""How dates are written in Dutch: 29 nov. Django finds these names by the language that is active."""

SHORT_DATETIME_FORMAT = "j b, H:i"
LOG_DATETIME_FORMAT = "j b Y, H:i:s"
