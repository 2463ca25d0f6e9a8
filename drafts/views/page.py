"""What the draft page shows, put together in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from drafts import access, states
from drafts.access import Judged
from drafts.actions.finishing import UNDO_SECONDS
from drafts.forms import RecipientForm
from drafts.models import Attachment, Draft
from drafts.wording import (
    demand_sentence,
    method_words,
    problem_sentences,
    reason_sentence,
    source_words,
)
from notifications.access import failures_about
from vault.keys import VaultError


@dataclass(frozen=True, slots=True)
class Line:
    """A recipient on the page."""

    judged: Judged
    form: RecipientForm
    reason: str
    method: str
    source: str
    contact_link: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment on the page."""

    attachment: Attachment
    name: str


def draft_context(draft: Draft, posted: Iterable[RecipientForm] = ()) -> dict[str, Any]:
    """Return what the page of a held draft shows; `posted` are the forms that came back."""
    policy = draft.organization.policy
    wrong = {form.judged.recipient.pk: form for form in posted if form.errors}
    judged = access.judge(draft, policy)
    lines = [
        _line(draft, item, wrong.get(item.recipient.pk) or RecipientForm(item, policy))
        for item in judged
    ]
    needing = [line for line in lines if not line.judged.complete or line.form.errors]
    if needing:
        _focus(needing[0].form)
    content = access.content_of(draft)
    return {
        "draft": draft,
        "subject": access.subject_of(draft),
        "content": content,
        "needing": needing,
        "ready": [line for line in lines if line not in needing],
        "lines": lines,
        "policy": policy,
        "demand": demand_sentence(policy),
        "problems": problem_sentences(draft.problem, content.problems),
        "files": _files(draft),
        "failures": failures_about(str(draft)),
        "expires_at": draft.created_at + timedelta(days=policy.keep_drafts_days),
        "came_back": posted != (),
    }


def ended_context(draft: Draft) -> dict[str, Any]:
    """Return what the page of a draft shows that is not held any more, or not yet."""
    try:
        subject = access.subject_of(draft)
    except VaultError:
        subject = ""
    newer = draft.superseded_by
    return {
        "draft": draft,
        "subject": subject,
        "undo_seconds": UNDO_SECONDS,
        "recipient_count": draft.recipients.count(),
        "newer": newer,
        "states": states,
    }


def _line(draft: Draft, item: Judged, form: RecipientForm) -> Line:
    chosen = item.verdict.chosen
    query = {
        "address": item.recipient.address,
        "name": item.recipient.name,
        "next": reverse("draft", args=[draft.pk]),
    }
    return Line(
        judged=item,
        form=form,
        reason=reason_sentence(item.verdict, item.who, draft.organization.policy),
        method=method_words(chosen.method) if chosen else "",
        source=source_words(chosen.source) if chosen else "",
        contact_link=f"{reverse('contact_new')}?{urlencode(query)}",
    )


def _files(draft: Draft) -> list[File]:
    attachments = draft.attachments.select_related("blob")
    return [File(item, access.attachment_name(draft, item)) for item in attachments]


def _focus(form: RecipientForm) -> None:
    wrong = [name for name in form.fields if name in form.errors]
    first = next(iter(wrong or form.fields), None)
    if first is not None:
        form.fields[first].widget.attrs["autofocus"] = True
