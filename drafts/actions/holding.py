"""Holding a mail that came in: it becomes a draft in state `received`."""

from collections.abc import Sequence
from datetime import timedelta

from accounts import audit
from accounts.models import Organization
from accounts.policy import HEADER
from addresses.mail import domain_of
from drafts import states
from drafts.content import Content, choice_to_bytes
from drafts.fingerprint import fingerprint, message_id_index
from drafts.incoming import IncomingAttachment, IncomingMail, IncomingRecipient
from drafts.models import Attachment, Draft, Recipient
from flow.sweeps import wake
from vault.actions import store_blob
from vault.tokens import link_token_hash

DETECT_MISSING = "drafts.tasks.detect_missing"


def hold_mail(mail: IncomingMail) -> Draft:
    """Store a prepared mail as a draft, sealed; in the transaction that marks the raw mail."""
    return hold_mails([mail])[0]


def hold_mails(mails: Sequence[IncomingMail]) -> list[Draft]:
    """Do the same for several mails, in a number of statements that does not grow with them."""
    keep = _days_to_keep(mails)
    drafts = Draft.objects.bulk_create(_draft(mail, keep[mail.organization_id]) for mail in mails)
    pairs = list(zip(drafts, mails, strict=True))
    Recipient.objects.bulk_create(
        _recipient(draft, position, recipient)
        for draft, mail in pairs
        for position, recipient in enumerate(mail.recipients)
    )
    Attachment.objects.bulk_create(
        _attachment(draft, position, attachment)
        for draft, mail in pairs
        for position, attachment in enumerate(mail.attachments)
    )
    audit.record_all(
        audit.line("receive", str(draft), organization_id=draft.organization_id) for draft in drafts
    )
    wake(DETECT_MISSING)
    return drafts


def _draft(mail: IncomingMail, keep_days: int) -> Draft:
    content = Content(
        mail.text,
        mail.html,
        html_text=mail.html_text,
        message_id=mail.message_id,
        references=mail.references,
        problems=mail.problems,
        defects=mail.defects,
    )
    asked = mail.expires_after
    draft = Draft(
        organization_id=mail.organization_id,
        sender_id=mail.sender_id,
        problem=states.BAD_HEADER if mail.problems else "",
        message_id_index=message_id_index(mail.message_id),
        fingerprint=fingerprint(mail),
        minimum=mail.minimum,
        keep_message_days=keep_days if asked is None else max(1, -(-asked // timedelta(days=1))),
    )
    draft.subject = draft.seal("subject", mail.subject.encode())
    draft.content = draft.seal("content", content.to_bytes())
    if mail.shown is not None:
        draft.shown = draft.seal("shown", mail.shown.to_bytes())
    draft.token_hash = link_token_hash("finish", draft.uid)
    return draft


def _recipient(draft: Draft, position: int, recipient: IncomingRecipient) -> Recipient:
    row = Recipient(
        draft=draft,
        address=recipient.address,
        domain=domain_of(recipient.address),
        name=recipient.name[:200],
        kind=recipient.kind,
        position=position,
    )
    if recipient.header is not None:
        sealed = choice_to_bytes(recipient.header)
        row.header = draft.seal(f"{HEADER}:{recipient.address}", sealed)
    return row


def _attachment(draft: Draft, position: int, attachment: IncomingAttachment) -> Attachment:
    return Attachment(
        draft=draft,
        position=position,
        name=draft.seal(f"attachment {position}", attachment.name.encode()),
        content_type=attachment.content_type[:100],
        content_id=attachment.content_id[:250],
        inline=attachment.inline,
        blob=store_blob(attachment.content),
    )


def _days_to_keep(mails: Sequence[IncomingMail]) -> dict[int, int]:
    """Return for how many days each organization keeps messages."""
    organizations = Organization.objects.in_bulk({mail.organization_id for mail in mails})
    return {pk: each.policy.keep_messages_days for pk, each in organizations.items()}
