"""The pages of an organization, and the choice of a language."""

from accounts.views.auditing import audit_export, audit_log
from accounts.views.domains import domain_confirm, domain_remove, domains
from accounts.views.elsewhere import (
    find_provider,
    leave,
    provider,
    providers,
    remove_provider,
)
from accounts.views.languages import choose_language
from accounts.views.machines import key_revoke, keys, smtp, smtp_revoke
from accounts.views.organization import (
    logo,
    logo_remove,
    logo_upload,
    look,
    organization,
    policy,
    policy_preview,
    times,
)
from accounts.views.people import (
    delegates,
    mailbox,
    mailbox_active,
    mailbox_new,
    mailboxes,
    people,
    person,
    person_active,
    person_delegate,
    person_invite,
    person_new,
)
from accounts.views.security import end_other_sessions, end_session, security
from accounts.views.unsent import unsent

__all__ = [
    "audit_export",
    "audit_log",
    "choose_language",
    "delegates",
    "domain_confirm",
    "domain_remove",
    "domains",
    "end_other_sessions",
    "end_session",
    "find_provider",
    "key_revoke",
    "keys",
    "leave",
    "logo",
    "logo_remove",
    "logo_upload",
    "look",
    "mailbox",
    "mailbox_active",
    "mailbox_new",
    "mailboxes",
    "organization",
    "people",
    "person",
    "person_active",
    "person_delegate",
    "person_invite",
    "person_new",
    "policy",
    "policy_preview",
    "provider",
    "providers",
    "remove_provider",
    "security",
    "smtp",
    "smtp_revoke",
    "times",
    "unsent",
]
