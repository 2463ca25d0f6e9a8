"""The only writer of organizations, people, keys and policies."""

from accounts.actions.auditing import note_export
from accounts.actions.demonstration import disable_demo_accounts
from accounts.actions.domains import (
    DomainInUse,
    DomainTaken,
    TooSoon,
    WrongCode,
    ask_domain,
    confirm_domain,
    remove_domain,
)
from accounts.actions.forgetting import erase_person, forget_people
from accounts.actions.keys import (
    Usage,
    create_api_key,
    create_smtp_credential,
    revoke_api_key,
    revoke_smtp_credential,
    use_api_key,
    use_key_for_people,
)
from accounts.actions.logins import SmtpLogin, check_login, choose_language, log_in_by_smtp
from accounts.actions.organizations import create_organization, open_organization
from accounts.actions.people import (
    AddressTaken,
    ForeignDomain,
    LastAdmin,
    NotAColleague,
    add_delegate,
    change_person,
    create_mailbox,
    invite_person,
    remove_delegate,
    send_invitation,
    set_active,
)
from accounts.actions.policies import remove_logo, set_logo, set_look, set_policy
from accounts.actions.sealing import prune_audit, seal_audit
from accounts.actions.sign_in_log import (
    note_changed_sign_in,
    note_failed_sign_in,
    note_sign_in,
)
from accounts.actions.signing_in import (
    NotTried,
    ProviderSettings,
    ProviderSilent,
    allow_sign_in_here,
    end_other_sessions,
    end_session,
    remove_identity_provider,
    require_provider,
    reset_second_factor,
    set_identity_provider,
)

__all__ = [
    "AddressTaken",
    "DomainInUse",
    "DomainTaken",
    "ForeignDomain",
    "LastAdmin",
    "NotAColleague",
    "NotTried",
    "ProviderSettings",
    "ProviderSilent",
    "SmtpLogin",
    "TooSoon",
    "Usage",
    "WrongCode",
    "add_delegate",
    "allow_sign_in_here",
    "ask_domain",
    "change_person",
    "check_login",
    "choose_language",
    "confirm_domain",
    "create_api_key",
    "create_mailbox",
    "create_organization",
    "create_smtp_credential",
    "disable_demo_accounts",
    "end_other_sessions",
    "end_session",
    "erase_person",
    "forget_people",
    "invite_person",
    "log_in_by_smtp",
    "note_changed_sign_in",
    "note_export",
    "note_failed_sign_in",
    "note_sign_in",
    "open_organization",
    "prune_audit",
    "remove_delegate",
    "remove_domain",
    "remove_identity_provider",
    "remove_logo",
    "require_provider",
    "reset_second_factor",
    "revoke_api_key",
    "revoke_smtp_credential",
    "seal_audit",
    "send_invitation",
    "set_active",
    "set_identity_provider",
    "set_logo",
    "set_look",
    "set_policy",
    "use_api_key",
    "use_key_for_people",
]
