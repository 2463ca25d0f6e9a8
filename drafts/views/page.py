"""What the draft page shows, put together in a constant number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from accounts.access import user_of
from accounts.models import User
from accounts.policy import ACCESS_CODE, DRAFT, PROPOSE, SMS, Policy
from accounts.wording import country_of
from addresses.phone import show_phone
from contacts.access import overwritten
from contacts.render import overwriting_sentence
from drafts import access, states
from drafts.access import Judged
from drafts.actions.finishing import UNDO_SECONDS
from drafts.forms import RecipientForm
from drafts.incoming import Choice
from drafts.models import Attachment, Draft, Recipient
from drafts.paste import (
    HAS_ONE,
    Match,
    Pasted,
    Unmatched,
    Wrong,
    map_list,
    without_countries,
)
from drafts.wording import (
    demand_sentence,
    method_words,
    problem_sentences,
    reason_sentence,
    source_words,
)
from flow.paging import id_in
from notifications.access import failures_about

# The page of more recipients shows those who are ready only when it is asked to.
MOST_SHOWN = 50
MOST_NAMED = 20  # recipients on the page of a draft that is over


@dataclass(frozen=True, slots=True)
class Line:
    """A recipient on the page, in the version that the page shows.

    `form` is what came back of it, with what is wrong with it, or `late`: somebody was first.
    `key` is its id as text: a template would write a number in the reader's language, at a price.
    """

    judged: Judged
    pk: int
    key: str
    name: str
    address: str
    kind: str
    who: str
    reason: str
    method: str
    source: str
    contact_link: str
    version: str
    path: str
    offers: list[access.Offer]
    form: RecipientForm | None = None

    @property
    def late(self) -> bool:
        """Whether somebody else was first."""
        return self.form is not None and not self.form.errors

    @property
    def needs(self) -> bool:
        """Whether this recipient still needs the sender."""
        return not self.judged.complete or self.form is not None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page is about to show: beside those who need something, what came back and whom.

    `came_back` are the forms that were not kept, `late` the ids of those that somebody else was
    first with; `change` is the id of a recipient whose fields stand open.
    """

    viewer: User
    came_back: Sequence[RecipientForm] | None = None
    late: Collection[int] = ()
    everybody: bool = False
    change: int = 0
    also: Collection[int] = ()

    @property
    def forms(self) -> dict[int, RecipientForm]:
        """The forms to show again, by recipient."""
        forms = {form.recipient.pk: form for form in self.came_back or ()}
        return {pk: form for pk, form in forms.items() if form.errors or pk in self.late}


@dataclass(frozen=True, slots=True)
class File:
    """An attachment on the page."""

    attachment: Attachment
    name: str


def asked_by(request: HttpRequest) -> Shown:
    """Return what somebody asks the page to show: everybody, or the fields of one recipient."""
    change = id_in(request.GET.get("change", "")) or 0
    return Shown(user_of(request), None, (), "ready" in request.GET, change)


def draft_context(draft: Draft, shown: Shown) -> dict[str, Any]:
    """Return what the page of a held draft shows.

    A page of very many recipients judges and shows only those who need something, and those whom
    it is asked for: the others were ready when last judged, and are judged again before sending.
    """
    policy = draft.organization.policy
    recipients = list(draft.recipients.all())
    folds = len(recipients) > MOST_SHOWN
    wanted = {shown.change, *shown.also, *shown.forms}
    everybody = shown.everybody or not folds
    looked_at = [each for each in recipients if everybody or each.reason or each.pk in wanted]
    judged = access.judge(draft, policy, looked_at)
    lines = _lines(draft, judged, shown)
    needing = [line for line in lines if line.needs]
    content = access.content_of(draft)
    missing = sum(not item.complete for item in judged)
    return _rules(policy) | {
        "draft": draft,
        "subject": access.subject_of(draft),
        "content": content,
        "needing": needing,
        "ready": [line for line in lines if not line.needs],
        "focus": _focus(needing),
        "total": len(recipients),
        "ready_count": len(recipients) - missing,
        "folded": len(recipients) - len(lines),
        "folds": folds,
        "change": shown.change,
        "problems": problem_sentences(draft.problem, content.problems),
        "parts": list(draft.parts.all()),
        "files": _files(draft),
        "failures": failures_about(str(draft)),
        "came_back": shown.came_back is not None,
        "overwriting": _overwriting(draft, judged),
        "versions": access.versions_of(recipients),
    }


def _rules(policy: Policy) -> dict[str, Any]:
    """Return what the organization lets a sender do on the page."""
    return {
        "policy": policy,
        "may_propose": policy.organization_book == PROPOSE,
        "numbers": policy.web_sending and policy.allows(SMS, DRAFT),
        "codes": policy.web_sending and policy.allows(ACCESS_CODE, DRAFT),
        "demand": demand_sentence(policy),
    }


def ended_context(draft: Draft) -> dict[str, Any]:
    """Return what the page of a draft shows that is not held any more, or not yet."""
    newer = draft.superseded_by
    recipients = list(draft.recipients.all())
    return {
        "draft": draft,
        "subject": access.shown_subject(draft),
        "undo_seconds": UNDO_SECONDS,
        "recipient_count": len(recipients),
        "recipients": recipients[:MOST_NAMED],
        "more_recipients": max(0, len(recipients) - MOST_NAMED),
        "newer": newer,
        "given_up": draft.attempts > states.MAX_ATTEMPTS,
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
        "is_kept": not recipient.reason,
        "number": show_phone(number) if number else "",
        "country": country_of(number) if number else "",
    }


@dataclass(frozen=True, slots=True)
class PastedList:
    """A list that was pasted: what was kept, what has to be looked at first.

    `again` tells that pairs were looked at: then nobody is told of who has a number by now.
    """

    text: str
    kept: Pasted
    unsure: Sequence[Match]
    again: bool

    @property
    def left(self) -> list[Unmatched]:
        """What of it is for nobody."""
        return [each for each in self.kept.unmatched if not self.again or each.reason != HAS_ONE]


def pasted_context(draft: Draft, viewer: User, pasted: PastedList) -> dict[str, Any]:
    """Return the page of a draft with what became of a pasted list.

    A number that is somebody's but gets no SMS stands in their field, with what is wrong with it.
    """
    people = {each.pk: each for each in draft.recipients.all()}
    forms = [
        RecipientForm(people[each.key], viewer.policy, _typed(each))
        for each in pasted.kept.wrong
        if each.key in people
    ]
    context = draft_context(draft, Shown(viewer, came_back=forms)) | {"came_back": False}
    left, unsure = pasted.left, _pairs(pasted.unsure, people)
    if unsure:
        for form in forms:
            form.fields["phone"].widget.attrs.pop("autofocus", None)  # the pairs have it
    return context | {
        "pasted": _pairs(pasted.kept.matches, people),
        "unsure": unsure,
        "unmatched": left,
        "list": pasted.text if unsure or left else "",
        "focus": 0 if unsure else context["focus"],
    }


def unused_list_context(draft: Draft, viewer: User, text: str) -> dict[str, Any]:
    """Return what the page shows of a list that came with Send: all its pairs, to look at first."""
    policy = viewer.policy
    people = access.people_of(draft, policy)
    mapped = without_countries(map_list(text, people, policy.default_country), policy.allows_sms_to)
    unsure = _pairs(mapped.matches, {each.pk: each for each in draft.recipients.all()})
    return {"list": text, "unsure": unsure, "unused": True}


def _typed(wrong: Wrong) -> QueryDict:
    data = QueryDict(mutable=True)
    data[f"r{wrong.key}-phone"] = wrong.typed
    return data


def _pairs(
    matches: Iterable[Match], people: Mapping[int, Recipient]
) -> list[tuple[Recipient, str, str, Match]]:
    return [
        (who, access.version_of(who), show_phone(match.number), match)
        for match in matches
        if (who := people.get(match.key))
    ]


def status_context(draft: Draft, viewer: User, seen: str) -> dict[str, Any] | None:
    """Return the rows that changed since `seen`, None when the page must be drawn anew.

    The versions are those that were compared: a change made meanwhile comes next time.
    """
    recipients = list(draft.recipients.all())
    versions = access.versions_of(recipients)
    if len(versions) != len(seen):
        return None
    pieces = zip(wrap(seen, 4), wrap(versions, 4), recipients, strict=True)
    changed = {each.pk for old, new, each in pieces if old != new}
    context = draft_context(draft, Shown(viewer, also=changed))
    rows = [*context["needing"], *context["ready"]]
    told = [row for row in rows if row.pk in changed]
    return context | {"changed": told, "versions": versions, "focus": 0}


def _overwriting(draft: Draft, judged: Sequence[Judged]) -> list[str]:
    """Return which systems keep overwriting the data of these recipients."""
    people = {item.recipient.address: item.who for item in judged}
    found = overwritten(draft.organization_id, draft.sender_id, people)
    return [overwriting_sentence(item, people[address]) for address, item in found.items()]


def _lines(draft: Draft, judged: Sequence[Judged], shown: Shown) -> list[Line]:
    policy, forms = draft.organization.policy, shown.forms
    numbers = policy.web_sending and policy.allows(SMS, DRAFT)
    offers = access.offers_for(draft, judged, shown.viewer) if numbers else {}
    path = reverse("draft", args=[draft.pk])
    return [
        _line(item, path, policy, offers.get(pk, []), forms.get(pk))
        for item in judged
        if (pk := item.recipient.pk)
    ]


def _line(
    item: Judged,
    path: str,
    policy: Policy,
    offers: list[access.Offer],
    form: RecipientForm | None,
) -> Line:
    who, chosen = item.recipient, item.verdict.chosen
    return Line(
        judged=item,
        pk=who.pk,
        key=str(who.pk),
        name=who.name,
        address=who.shown_address,
        kind=who.kind,
        who=item.who,
        reason=reason_sentence(item.verdict, item.who, policy),
        method=method_words(chosen.method) if chosen else "",
        source=source_words(chosen.source) if chosen else "",
        contact_link=""
        if policy.web_sending and policy.methods_to_type()
        else _contact_link(path, item),
        version=access.version_of(who),
        path=f"{path}recipients/{who.pk}/",
        offers=offers,
        form=form,
    )


def _contact_link(path: str, item: Judged) -> str:
    who = item.recipient
    query = urlencode({"address": who.address, "name": who.name, "next": path})
    return f"{reverse('contact_new')}?{query}"


def _files(draft: Draft) -> list[File]:
    attachments = draft.attachments.select_related("blob")
    return [File(item, access.attachment_name(draft, item)) for item in attachments]


def _focus(needing: Sequence[Line]) -> int:
    """Return whose field gets the focus; a form that came back has it where it is wrong."""
    form = needing[0].form if needing else None
    if form is None:
        return needing[0].pk if needing else 0
    wrong = [name for name in form.fields if name in form.errors]
    form.fields[(wrong or list(form.fields))[0]].widget.attrs["autofocus"] = True
    return 0
