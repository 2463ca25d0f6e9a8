"""What a draft keeps sealed, opened, and the versions of its recipients."""

import hashlib
from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from accounts.policy import DRAFT, HEADER
from delivery.reading import shown_now
from delivery.sanitizer import Shown, read_shown
from drafts.content import Content, choice_from_bytes, content_from_bytes
from drafts.incoming import Choice
from drafts.models import Attachment, Draft, Recipient
from vault.keys import VaultError
from vault.sealing import Sealed


def subject_of(draft: Draft) -> str:
    """Return the subject. Raises VaultError once the content is destroyed."""
    return draft.unseal("subject", draft.subject).decode()


def shown_subject(draft: Draft) -> str:
    """Return the subject, "" when it cannot be opened: one broken draft hides no others."""
    try:
        return subject_of(draft)
    except VaultError:
        return ""


def is_readable(draft: Draft) -> bool:
    """Tell whether the key of this draft is there."""
    try:
        subject_of(draft)
    except VaultError:
        return False
    return True


def listed_subject(draft: Draft) -> str:
    """Return the subject, or a word about a draft whose key is lost; "" once it is destroyed."""
    try:
        return subject_of(draft)
    except VaultError:
        return _("(cannot be opened)") if draft.data_key else ""


def content_of(draft: Draft) -> Content:
    """Return the content. Raises VaultError once it is destroyed."""
    return content_from_bytes(draft.unseal("content", draft.content))


def readable_content(draft: Draft) -> Content | None:
    """Return the content, None when it cannot be opened."""
    try:
        return content_of(draft)
    except VaultError:
        return None


def kept_shown(draft: Draft) -> Shown | None:
    """Return what pages show of its HTML, None where it is not kept. Raises VaultError."""
    return read_shown(draft.unseal("shown", bytes(draft.shown))) if draft.shown else None


def shown_of(draft: Draft) -> Shown:
    """Return what pages show of its HTML. Raises VaultError once it is destroyed.

    Of a draft of before this was kept it is made now, by a process of its own.
    """
    shown = kept_shown(draft)
    return shown if shown is not None else shown_now(content_of(draft).html)


def attachment_name(draft: Draft, attachment: Attachment) -> str:
    """Return the file name, "" when the mail gave none."""
    return draft.unseal(f"attachment {attachment.position}", attachment.name).decode()


def version_of(recipient: Recipient) -> str:
    """Return what changes when a person, or an address book, changes this recipient's data."""
    changed = recipient.changed_at.isoformat() if recipient.changed_at else ""
    return f"{changed} {recipient.reason}".strip()


def versions_of(recipients: Iterable[Recipient]) -> str:
    """Return the versions of all recipients in order, four hex digits each."""
    return "".join(
        hashlib.sha256(f"{recipient.pk} {version_of(recipient)}".encode()).hexdigest()[:4]
        for recipient in recipients
    )


def typed_choice(draft: Draft, recipient: Recipient) -> Choice | None:
    """Return what the sender filled in for this recipient."""
    return _choice(draft, recipient, DRAFT, recipient.typed)


def differing(draft: Draft, choices: Mapping[int, Choice]) -> set[int]:
    """Return the recipients of whom something else is kept than what was filled in."""
    rows = draft.recipients.filter(pk__in=choices)
    return {row.pk for row in rows if typed_choice(draft, row) != choices[row.pk]}


def header_choice(draft: Draft, recipient: Recipient) -> Choice | None:
    """Return what the mail's own header block said for this recipient."""
    return _choice(draft, recipient, HEADER, recipient.header)


def _choice(draft: Draft, recipient: Recipient, source: str, sealed: Sealed) -> Choice | None:
    if not sealed:
        return None
    return choice_from_bytes(draft.unseal(f"{source}:{recipient.address}", sealed))
