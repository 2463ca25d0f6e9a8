"""Drafts that wait for one address: some taken in as mails are, and as many like them as wanted."""

from typing import Any

from django.db import models

from accounts import audit
from accounts.models import User
from drafts import actions, states
from drafts.content import Content
from drafts.incoming import IncomingMail, IncomingRecipient
from drafts.models import Draft, Recipient
from vault.tokens import link_token_hash

ADDRESS = "balie@ziekenhuis.example"
DOMAIN = "ziekenhuis.example"
_OWN = {"id", "uid", "data_key", "subject", "content", "fingerprint", "message_id_index"} | {
    "token_hash", "created_at", "expires_at", "remind_at", "sender", "draft", "mails_about",
}  # fmt: skip
_HAPPENED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("receive", {}),
    ("hold", {"reasons": [states.MISSING], "problem": ""}),
)


def take_in(senders: list[User], count: int) -> None:
    """Hold so many mails as they come in; their senders are told."""
    for number in range(count):
        _hold(senders[number % len(senders)], number)
    for sender in senders:
        actions.tell_sender(sender.pk, at_once=True)


def store(senders: list[User], numbers: range) -> None:
    """Store drafts as they lie there after they were taken in, judged and told of."""
    models_of = [Draft.objects.filter(sender=sender).latest("pk") for sender in senders]
    drafts = [_copy(models_of[number % len(senders)], number) for number in numbers]
    Draft.objects.bulk_create(drafts)
    Recipient.objects.bulk_create(
        Recipient(draft=draft, address=ADDRESS, domain=DOMAIN, kind="to", position=0)
        for draft in drafts
    )
    audit.record_all(
        audit.line(verb, str(draft), organization_id=draft.organization_id, **data)
        for draft in drafts
        for verb, data in _HAPPENED
    )


def compare(sender: User, taken_in: int) -> None:
    """Raise AssertionError when a stored draft is not as one that was taken in."""
    drafts = Draft.objects.filter(sender=sender).order_by("pk")
    real, stored = drafts[0], drafts[taken_in]
    for left, right in ((real, stored), (real.recipients.get(), stored.recipients.get())):
        if _values(left) != _values(right):
            raise AssertionError(f"{_values(left)} is not {_values(right)}")


def _hold(sender: User, number: int) -> None:
    mail = IncomingMail(
        organization_id=sender.organization_id,
        sender_id=sender.pk,
        subject=f"Mail {number}",
        text=f"This is mail {number}.",
        html=None,
        recipients=(IncomingRecipient(ADDRESS, "", "to", None),),
        message_id=f"<{number}@drafts.example>",
    )
    actions.judge_new(actions.hold_mail(mail).pk)


def _copy(model: Draft, number: int) -> Draft:
    draft = Draft(
        organization=model.organization,
        sender=model.sender,
        state=states.WAITING,
        message_id_index=f"{number:064}",
        fingerprint=f"{number:064}",
        keep_message_days=model.keep_message_days,
        expires_at=model.expires_at,
        remind_at=model.remind_at,
        notice=model.notice,
    )
    text, message_id = f"This is mail {number}.", f"<{number}@drafts.example>"
    draft.subject = draft.seal("subject", f"Mail {number}".encode())
    draft.content = draft.seal("content", Content(text, None, message_id=message_id).to_bytes())
    draft.token_hash = link_token_hash("finish", draft.uid)
    return draft


def _values(row: models.Model) -> dict[str, object]:
    fields = [field for field in row._meta.concrete_fields if field.name not in _OWN]
    return {field.name: getattr(row, field.attname) for field in fields}
