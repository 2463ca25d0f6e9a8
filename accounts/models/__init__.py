"""Organizations, the people in them, how they sign in, and what was done."""

from accounts.models.signing_in import IdentityProvider, SecondFactorKey, SignInSession
from accounts.models.tenants import (
    LANGUAGES,
    ROLE_FIELDS,
    Alias,
    ApiKey,
    AuditEntry,
    AuditSeal,
    Delegation,
    Domain,
    Logo,
    Organization,
    Role,
    SmtpCredential,
    User,
    UserManager,
)

__all__ = [
    "LANGUAGES",
    "ROLE_FIELDS",
    "Alias",
    "ApiKey",
    "AuditEntry",
    "AuditSeal",
    "Delegation",
    "Domain",
    "IdentityProvider",
    "Logo",
    "Organization",
    "Role",
    "SecondFactorKey",
    "SignInSession",
    "SmtpCredential",
    "User",
    "UserManager",
]
