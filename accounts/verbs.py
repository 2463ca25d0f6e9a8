"""What the audit log can say, by kind (the kinds of NTA 7516), and in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENDING, READING, FAILING, RECALLING = "sending", "reading", "failing", "recalling"
CHANGING, DELETING, RIGHTS, SIGNING_IN = "changing", "deleting", "rights", "signing_in"
KINDS = (SENDING, READING, FAILING, RECALLING, CHANGING, DELETING, RIGHTS, SIGNING_IN)

VERBS: Mapping[str, Mapping[str, Promise]] = {
    SENDING: {
        "receive": gettext_lazy("took an email in"),
        "hold": gettext_lazy("held an email"),
        "become_complete": gettext_lazy("found that nothing is missing any more"),
        "become_incomplete": gettext_lazy("found that something is missing again"),
        "send": gettext_lazy("pressed Send"),
        "accept_problem": gettext_lazy("sent although there was a problem"),
        "split": gettext_lazy("split an email"),
        "release": gettext_lazy("released an email"),
        "send_message": gettext_lazy("sent a message"),
        "recipient_notified": gettext_lazy("told a recipient of a message"),
        "notification_sent": gettext_lazy("handed over a mail or SMS"),
        "notification_delivered": gettext_lazy("heard that a mail or SMS arrived"),
        "send_code": gettext_lazy("sent a code by SMS"),
        "reply": gettext_lazy("answered a message"),
        "resend_mail": gettext_lazy("sent a recipient the mail again"),
        "ask_admins": gettext_lazy("asked the address-book editors for data"),
        "snooze": gettext_lazy("put a reminder off"),
    },
    READING: {
        "open": gettext_lazy("opened a held email"),
        "open_message": gettext_lazy("opened a message with a code"),
        "open_by_device": gettext_lazy("opened a message with a known device"),
        "trust_device": gettext_lazy("had a device remembered"),
        "forget_device": gettext_lazy("had a device forgotten"),
        "read_message": gettext_lazy("read a message that was sent"),
        "download_raw": gettext_lazy("downloaded the original of an email"),
        "export_contacts": gettext_lazy("exported an address book"),
        "export_audit": gettext_lazy("exported the audit log"),
    },
    FAILING: {
        "refuse_mail": gettext_lazy("refused an email"),
        "notification_failed": gettext_lazy("could not hand over a mail or SMS"),
        "notification_returned": gettext_lazy("got a mail back"),
        "notification_cancelled": gettext_lazy("called off a mail or SMS"),
        "give_up": gettext_lazy("could not work on an email"),
        "try_again": gettext_lazy("tried an email again"),
        "recipient_bounced": gettext_lazy("could not reach a recipient"),
        "wrong_code": gettext_lazy("typed a wrong code"),
        "report_wrong_number": gettext_lazy("said that the number or code is wrong"),
        "take_back_wrong_number": gettext_lazy("said that the number or code is right after all"),
    },
    RECALLING: {
        "undo_send": gettext_lazy("took Send back"),
        "revoke_message": gettext_lazy("withdrew a message"),
        "take_back_revocation": gettext_lazy("took a withdrawal back"),
        "discard": gettext_lazy("discarded an email"),
        "restore": gettext_lazy("brought a discarded email back"),
        "supersede": gettext_lazy("replaced an email by a newer one"),
    },
    CHANGING: {
        "complete_recipients": gettext_lazy("filled in data of recipients"),
        "forget_choices": gettext_lazy("took back what was filled in"),
        "remove_recipient": gettext_lazy("took a recipient off"),
        "correct_address": gettext_lazy("corrected an address"),
        "correct_recipient": gettext_lazy("corrected data of a recipient"),
        "keep_number": gettext_lazy("said that the number or code of a recipient is right"),
        "unlock_recipient": gettext_lazy("let a recipient try again"),
        "extend_message": gettext_lazy("kept a message readable for longer"),
        "create_contact": gettext_lazy("added a contact"),
        "edit_contact": gettext_lazy("changed a contact"),
        "restore_contact": gettext_lazy("put a contact back"),
        "learn_contact": gettext_lazy("learned a contact"),
        "learn_proven_contact": gettext_lazy("learned what a recipient has proven"),
        "confirm_contact": gettext_lazy("proved the data of a contact"),
        "dispute_contact": gettext_lazy("disputed the data of a contact"),
        "settle_contact": gettext_lazy("settled the data of a contact"),
        "unlock_contact": gettext_lazy("unlocked a contact"),
        "propose_contact": gettext_lazy("proposed a change of a contact"),
        "proposal_accepted": gettext_lazy("accepted a proposal"),
        "proposal_refused": gettext_lazy("refused a proposal"),
        "upload_import": gettext_lazy("uploaded a file of contacts"),
        "start_import": gettext_lazy("started an import"),
        "cancel_import": gettext_lazy("cancelled an import"),
        "undo_import": gettext_lazy("undid an import"),
        "import_done": gettext_lazy("finished an import"),
        "import_undone": gettext_lazy("finished undoing an import"),
        "import_cancelled": gettext_lazy("ended a cancelled import"),
        "import_failed": gettext_lazy("could not finish an import"),
    },
    DELETING: {
        "expire": gettext_lazy("deleted an email that waited too long"),
        "end_message": gettext_lazy("deleted a message"),
        "delete_contact": gettext_lazy("deleted a contact"),
        "prune_audit": gettext_lazy("deleted the oldest part of the audit log"),
    },
    RIGHTS: {
        "share": gettext_lazy("let a colleague finish an email"),
        "unshare": gettext_lazy("took an email back from a colleague"),
        "add_delegate": gettext_lazy("made somebody a delegate"),
        "remove_delegate": gettext_lazy("ended a delegation"),
        "create_organization": gettext_lazy("made the organization"),
        "change_policy": gettext_lazy("changed the policy"),
        "change_look": gettext_lazy("changed texts or the support contact"),
        "change_logo": gettext_lazy("changed the logo"),
        "ask_domain": gettext_lazy("asked for a domain"),
        "confirm_domain": gettext_lazy("proved a domain"),
        "remove_domain": gettext_lazy("gave up a domain"),
        "invite_person": gettext_lazy("invited somebody"),
        "change_person": gettext_lazy("changed name or roles of somebody"),
        "disable_person": gettext_lazy("locked somebody out"),
        "enable_person": gettext_lazy("let somebody in again"),
        "create_account": gettext_lazy("made an account for somebody (SCIM)"),
        "change_account": gettext_lazy("changed an account (SCIM)"),
        "remove_account": gettext_lazy("removed an account (SCIM)"),
        "set_identity_provider": gettext_lazy("set up the sign-in of a domain"),
        "remove_identity_provider": gettext_lazy("removed the sign-in of a domain"),
        "create_mailbox": gettext_lazy("made a shared mailbox"),
        "create_smtp_credential": gettext_lazy("made a login for a mail server"),
        "revoke_smtp_credential": gettext_lazy("revoked the login of a mail server"),
        "create_api_key": gettext_lazy("made an API key"),
        "revoke_api_key": gettext_lazy("revoked an API key"),
    },
    SIGNING_IN: {
        "sign_in": gettext_lazy("signed in"),
        "fail_sign_in": gettext_lazy("could not sign in"),
        "change_password": gettext_lazy("changed a password"),
        "set_second_factor": gettext_lazy("set up a second factor"),
        "remove_second_factor": gettext_lazy("removed a second factor"),
        "renew_recovery_codes": gettext_lazy("made new recovery codes"),
        "reset_second_factor": gettext_lazy("took away a second factor"),
        "end_sessions": gettext_lazy("signed out elsewhere"),
    },
}


def verbs_of(kind: str) -> list[str]:
    """Return the verbs of a kind; none for a kind that is not known."""
    return list(VERBS.get(kind, {}))


def verb_words(verb: str) -> str:
    """Return what a verb says; a verb without words of its own is said as it is."""
    words = next((found[verb] for found in VERBS.values() if verb in found), None)
    return str(words) if words else verb.replace("_", " ")


def kind_words(kind: str) -> str:
    """Return what a kind is called."""
    words = {
        SENDING: _("Sending"),
        READING: _("Reading"),
        FAILING: _("Failing"),
        RECALLING: _("Recalling"),
        CHANGING: _("Changing"),
        DELETING: _("Deleting"),
        RIGHTS: _("Rights and policy"),
        SIGNING_IN: _("Signing in"),
    }
    return words.get(kind, _("Everything"))
