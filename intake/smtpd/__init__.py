"""Mail submission over SMTP: who may hand in what, and 250 only for what is stored."""

from intake.smtpd.server import BadCertificate, Server, new_loop, settings_config

__all__ = ["BadCertificate", "Server", "new_loop", "settings_config"]
