"""The only writer of organizations, people, keys and policies."""

from accounts.actions.keys import (
    Usage,
    create_api_key,
    create_smtp_credential,
    revoke_api_key,
    revoke_smtp_credential,
    use_api_key,
)
from accounts.actions.logins import SmtpLogin, check_login, choose_language
from accounts.actions.organizations import create_organization
from accounts.actions.sealing import prune_audit, seal_audit

__all__ = [
    "SmtpLogin",
    "Usage",
    "check_login",
    "choose_language",
    "create_api_key",
    "create_organization",
    "create_smtp_credential",
    "prune_audit",
    "revoke_api_key",
    "revoke_smtp_credential",
    "seal_audit",
    "use_api_key",
]
