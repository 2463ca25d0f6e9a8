"""Mail submission over SMTP: who may hand in what, and 250 only for what is stored."""

from intake.smtpd.server import BadCertificate, Server, settings_config

__all__ = ["BadCertificate", "Server", "settings_config"]
