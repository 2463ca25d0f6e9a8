"""The pages of an organization, and the choice of a language."""

from accounts.views.auditing import audit_export, audit_log
from accounts.views.domains import domain_confirm, domain_remove, domains
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

__all__ = [
    "audit_export",
    "audit_log",
    "choose_language",
    "delegates",
    "domain_confirm",
    "domain_remove",
    "domains",
    "key_revoke",
    "keys",
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
    "smtp",
    "smtp_revoke",
    "times",
]
