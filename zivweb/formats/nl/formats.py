"""How short dates are written in Dutch (29 nov); Django finds them by the active language."""

SHORT_DATETIME_FORMAT = "j b, H:i"
LOG_DATETIME_FORMAT = "j b Y, H:i:s"
