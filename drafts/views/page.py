"""What the draft page shows, put together in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from textwrap import wrap
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from accounts.policy import DRAFT, PROPOSE, SMS
from addresses.phone import show_phone
from contacts.access import overwritten
from contacts.render import overwriting_sentence
from drafts import access, states
from drafts.access import Judged
from drafts.actions.finishing import UNDO_SECONDS
from drafts.forms import RecipientForm
from drafts.incoming import Choice
from drafts.models import Attachment, Draft, Recipient
from drafts.paste import Pasted
from drafts.wording import (
    country_name,
    demand_sentence,
    method_words,
    problem_sentences,
    reason_sentence,
    source_words,
)
from notifications.access import failures_about
from vault.keys import VaultError

# The page of more recipients has no fields for those who are ready.
MOST_SHOWN = 50
NOTHING_ASKED = QueryDict()


@dataclass(frozen=True, slots=True)
class Line:
    """A recipient on the page, in the version that the page shows."""

    judged: Judged
    form: RecipientForm
    reason: str
    method: str
    source: str
    contact_link: str
    version: str
    offers: list[access.Offer]

    @property
    def needs(self) -> bool:
        """Whether this recipient still needs the sender."""
        return not self.judged.complete or bool(self.form.errors)


@dataclass(frozen=True, slots=True)
class File:
    """An attachment on the page."""

    attachment: Attachment
    name: str


def draft_context(
    draft: Draft, posted: Iterable[RecipientForm] = (), asked: QueryDict = NOTHING_ASKED
) -> dict[str, Any]:
    """Return what the page of a held draft shows; `posted` are the forms that came back.

    A page of very many recipients shows those who need something, the one to `change`, and who
    is ready only when it is `asked` for.
    """
    policy = draft.organization.policy
    judged = access.judge(draft, policy)
    lines = _lines(draft, judged, list(posted), asked)
    needing = [line for line in lines if line.needs]
    if needing:
        _focus(needing[0].form)
    content = access.content_of(draft)
    return {
        "draft": draft,
        "subject": access.subject_of(draft),
        "content": content,
        "needing": needing,
        "ready": [line for line in lines if not line.needs],
        "total": len(judged),
        "ready_count": sum(item.complete for item in judged),
        "folded": len(judged) - len(lines),
        "change": _to_change(asked),
        "policy": policy,
        "may_propose": policy.organization_book == PROPOSE,
        "numbers": policy.web_sending and policy.allows(SMS, DRAFT),
        "demand": demand_sentence(policy),
        "problems": problem_sentences(draft.problem, content.problems),
        "parts": list(draft.parts.all()),
        "files": _files(draft),
        "failures": failures_about(str(draft)),
        "expires_at": draft.created_at + timedelta(days=policy.keep_drafts_days),
        "came_back": posted != (),
        "overwriting": _overwriting(draft, judged),
        "versions": access.versions_of([item.recipient for item in judged]),
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


def seen_in(post: QueryDict, recipients: Iterable[int]) -> dict[int, str]:
    """Return the version of each recipient that a posted page showed, where it says so."""
    named = {pk: post.get(f"r{pk}-seen") for pk in recipients}
    return {pk: version for pk, version in named.items() if version is not None}


def mark_context(
    recipient: Recipient, form: RecipientForm, choice: Choice | None, *, late: bool
) -> dict[str, Any]:
    """Return what stands under a field after it was saved, or was not."""
    number = choice.value if choice is not None and choice.method == SMS else ""
    errors = [error for name in form.fields for error in form.errors.get(name, [])]
    return {
        "recipient": recipient,
        "version": access.version_of(recipient),
        "errors": errors,
        "late": late,
        "saved": choice is not None and not late,
        "number": show_phone(number) if number else "",
        "country": country_name(number) if number else "",
    }


def pasted_context(pasted: Pasted, recipients: Sequence[Recipient]) -> dict[str, Any]:
    """Return what the page says of a pasted list."""
    by_key = {recipient.pk: recipient for recipient in recipients}
    found = [(by_key[match.key], show_phone(match.number), match) for match in pasted.matches]
    return {"pasted": found, "unmatched": pasted.unmatched}


def status_context(draft: Draft, seen: str) -> dict[str, Any] | None:
    """Return the rows that changed since `seen`, None when the page must be drawn anew."""
    context = draft_context(draft)
    versions: str = context["versions"]
    if len(versions) != len(seen):
        return None
    recipients = [recipient.pk for recipient in draft.recipients.all()]
    pieces = zip(wrap(seen, 4), wrap(versions, 4), recipients, strict=True)
    changed = {pk for old, new, pk in pieces if old != new}
    rows = [*context["needing"], *context["ready"]]
    return context | {"changed": [row for row in rows if row.judged.recipient.pk in changed]}


def _overwriting(draft: Draft, judged: Sequence[Judged]) -> list[str]:
    """Return which systems keep overwriting the data of these recipients."""
    people = {item.recipient.address: item.who for item in judged}
    found = overwritten(draft.organization_id, draft.sender_id, people)
    return [overwriting_sentence(item, people[address]) for address, item in found.items()]


def _lines(
    draft: Draft, judged: Sequence[Judged], posted: Sequence[RecipientForm], asked: QueryDict
) -> list[Line]:
    policy = draft.organization.policy
    wrong = {form.judged.recipient.pk: form for form in posted if form.errors}
    numbers = policy.web_sending and policy.allows(SMS, DRAFT)
    offers = access.offers_for(draft, judged) if numbers else {}
    everybody = len(judged) <= MOST_SHOWN or "ready" in asked
    shown = {_to_change(asked), *wrong}
    return [
        _line(
            draft,
            item,
            wrong.get(item.recipient.pk) or RecipientForm(item, policy),
            offers.get(item.recipient.pk, []),
        )
        for item in judged
        if everybody or not item.complete or item.recipient.pk in shown
    ]


def _to_change(asked: QueryDict) -> int:
    wanted = asked.get("change", "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() else 0


def _line(draft: Draft, item: Judged, form: RecipientForm, offers: list[access.Offer]) -> Line:
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
        version=access.version_of(item.recipient),
        offers=offers,
    )


def _files(draft: Draft) -> list[File]:
    attachments = draft.attachments.select_related("blob")
    return [File(item, access.attachment_name(draft, item)) for item in attachments]


def _focus(form: RecipientForm) -> None:
    wrong = [name for name in form.fields if name in form.errors]
    first = next(iter(wrong or form.fields), None)
    if first is not None:
        form.fields[first].widget.attrs["autofocus"] = True
