"""Who may do what: a row for every address of the product. A new address needs a row here.

A row says who gets through with which methods. `by` is what decides: a role, the link itself (then
roles make no difference), or a key (then no signed-in person gets through).
"""

from dataclasses import dataclass

SENDER, EDITOR, POLICY, AUDITOR, ADMIN = "sender", "editor", "policy_admin", "auditor", "admin"
NOBODY = "nobody"
ROLES = (NOBODY, SENDER, EDITOR, POLICY, AUDITOR, ADMIN)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
READ, WRITE, BOTH = ("GET",), ("POST",), ("GET", "POST")

EVERYBODY = frozenset(ROLES)
PEOPLE = EVERYBODY - {NOBODY}
SENDERS = frozenset({SENDER, ADMIN})
OWNER = frozenset({SENDER})
EDITORS, POLICIES, AUDITORS = ({role, ADMIN} for role in (EDITOR, POLICY, AUDITOR))
MANAGERS = frozenset({EDITOR, POLICY, AUDITOR, ADMIN})
RADAR = frozenset({EDITOR, POLICY, ADMIN})
ROLE, LINK, KEY = "role", "link", "key"


@dataclass(frozen=True)
class Row:
    """Who gets through, with what. `there`: the world of the test holds what it is about.

    `writers` are those who may write, where others may only read.
    """

    who: frozenset[str] = EVERYBODY
    methods: tuple[str, ...] = BOTH
    by: str = ROLE
    there: bool = True
    writers: frozenset[str] | None = None

    def lets(self, role: str, method: str) -> bool:
        """Tell whether somebody of this role gets through with a method of the row."""
        is_write = method not in READ and self.writers is not None
        return role in (self.writers if is_write and self.writers is not None else self.who)


def rows(names: str, row: Row) -> dict[str, Row]:
    """Return the same row for several addresses, by name."""
    return dict.fromkeys(names.split(), row)


def by_role(who: object, methods: tuple[str, ...], *, there: bool = True) -> Row:
    """Return a row for those who have a role, or to whom something belongs."""
    return Row(frozenset(who), methods, there=there)  # type: ignore[call-overload]


MATRIX: dict[str, Row] = {
    # The sender's own drafts and messages: nobody else's, not even an admin's.
    **rows("draft_list sent_list help", by_role(PEOPLE, READ)),
    **rows("draft draft_status draft_body", by_role(OWNER, READ)),
    **rows(
        "draft_send draft_paste draft_paste_undo recipient_complete recipient_remove draft_undo"
        " draft_discard draft_restore draft_opened draft_ask draft_snooze draft_share",
        by_role(OWNER, WRITE),
    ),
    **rows(
        "recipient_accept recipient_propose recipient_keep draft_retry draft_once_more draft_split",
        by_role(OWNER, WRITE, there=False),
    ),
    **rows("draft_attachment draft_raw finish", by_role(OWNER, READ, there=False)),
    "draft_together": by_role(PEOPLE, BOTH, there=False),
    "draft_together_send": by_role(PEOPLE, WRITE, there=False),
    "help_answer": by_role(PEOPLE, WRITE),
    **rows("help_answers radar radar_draft", by_role(RADAR, READ)),
    **rows("message message_body message_archive", by_role(OWNER, READ)),
    **rows("message_attachment reply_attachment", by_role(OWNER, READ, there=False)),
    **rows("revoke_message extend_message revoke_recipient resend_mail", by_role(OWNER, WRITE)),
    **rows(
        "correct_recipient keep_number unlock_recipient take_back_revocation",
        by_role(OWNER, WRITE, there=False),
    ),
    # The address books.
    **rows("contact_list organization_contact_list contact_export", by_role(PEOPLE, READ)),
    **rows("contact_conflicts contact_proposals contact_import", by_role(PEOPLE, BOTH)),
    "contact_new": by_role(PEOPLE, BOTH),
    "organization_contact_new": by_role(EDITORS, BOTH),
    "contact": Row(PEOPLE, BOTH, writers=frozenset(EDITORS)),
    "contact_delete": by_role(EDITORS, WRITE),
    "contact_bulk": by_role(EDITORS, WRITE, there=False),
    **rows(
        "contact_restore contact_bring_back contact_unlock", by_role(EDITORS, WRITE, there=False)
    ),
    **rows("import_run import_report", by_role(EDITORS, READ, there=False)),
    **rows(
        "import_check import_start import_cancel import_undo", by_role(EDITORS, WRITE, there=False)
    ),
    # The organization.
    "delegates": by_role(SENDERS, BOTH),
    "organization": by_role(MANAGERS, READ),
    **rows(
        "organization_policy organization_times organization_look person_new organization_person"
        " mailbox_new organization_mailbox organization_domains organization_smtp"
        " organization_keys",
        by_role(POLICIES, BOTH),
    ),
    **rows("organization_people organization_mailboxes", by_role(POLICIES, READ)),
    **rows(
        "policy_preview logo_upload logo_remove person_active person_invite person_delegate"
        " mailbox_active domain_confirm domain_remove smtp_revoke key_revoke",
        by_role(POLICIES, WRITE),
    ),
    "identity_providers": by_role(POLICIES, READ),
    "identity_provider": by_role(POLICIES, BOTH, there=False),
    "remove_identity_provider": by_role(POLICIES, WRITE, there=False),
    "organization_audit": by_role(AUDITORS, READ),
    "audit_export": by_role(AUDITORS, WRITE),
    "logo": Row(methods=READ),
    # A recipient's own link: who is signed in makes no difference.
    **rows(
        "guest guest_send_code guest_sms guest_verify guest_wrong_number guest_right_number"
        " guest_device guest_forget_device guest_close guest_visit guest_body guest_print"
        " guest_archive guest_reply guest_reply_attachment guest_attachment sms_receipt",
        Row(by=LINK),
    ),
    # For everybody, also before signing in.
    **rows("demo_mailbox demo_mailbox_json security_txt api_docs", Row(methods=READ)),
    **rows("demo_mail demo_mail_html", Row(methods=READ, there=False)),
    "choose_language": Row(methods=WRITE),
    "unsent": by_role(PEOPLE, BOTH),
    **rows("openapi-json api-root scim_config scim_types scim_schemas", Row(by=LINK)),
    # Signing in, and one's own account: django-allauth decides, the same for every role.
    **rows(
        "account_login account_request_login_code account_confirm_login_code account_logout"
        " account_signup account_inactive account_reset_password account_reset_password_done"
        " account_reset_password_from_key account_reset_password_from_key_done mfa_authenticate"
        " mfa_login_webauthn find_provider sign_in_elsewhere openid_connect_callback",
        Row(there=False),
    ),
    **rows(
        "account_change_password account_reauthenticate account_set_password mfa_index"
        " end_other_sessions end_session mfa_reauthenticate mfa_activate_totp mfa_deactivate_totp"
        " mfa_view_recovery_codes mfa_generate_recovery_codes mfa_list_webauthn mfa_add_webauthn"
        " mfa_reauthenticate_webauthn mfa_remove_webauthn",
        by_role(PEOPLE, BOTH, there=False),
    ),
    # Other systems, by their keys.
    **rows(
        "upsert_contacts list_changes get_contact put_contact delete_contact contact_sync"
        " contact_synced scim_users scim_user scim_groups scim_group scim_nothing",
        Row(frozenset(), by=KEY),
    ),
}
