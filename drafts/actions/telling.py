"""The mails about held drafts that their sender gets: several at once become one."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone, translation

from accounts.context import support_of
from accounts.models import Organization, Role, User
from drafts import states
from drafts.access import Judged, is_readable, judge, judge_all, readable_content, shown_subject
from drafts.models import Draft
from drafts.wording import problem_sentences, reason_sentence
from flow.sweeps import skip_locked
from notifications.actions import cancel_all, queue_mails
from notifications.letters import Mail, Posting
from notifications.models import Notification
from notifications.states import CANCELLED
from vault.tokens import link_token

log = logging.getLogger(__name__)

FINISH_SENDING, READY_TO_SEND, SENT_BY_ITSELF = "finish_sending", "ready_to_send", "sent_by_itself"
FINISH_SEVERAL = "finish_several"
REFUSED, UNREADABLE = "mail_refused", "unreadable"
SHOWN_RECIPIENTS = 20
LIST_ID = "drafts"

# A sender is told once no other mail of theirs came in for a moment, or after some patience.
QUIET, PATIENCE = timedelta(seconds=2), timedelta(seconds=8)
TOGETHER = 200  # held mails that one notification speaks of
LISTED = 20  # of which so many are named


def finish_link(draft: Draft) -> str:
    """Return the address that opens this draft for its sender."""
    path = reverse("finish", args=[link_token("finish", draft.uid, draft.token_hash)])
    return f"{settings.BASE_URL}{path}"


def plan_telling(*drafts: Draft) -> None:
    """Have the senders told soon that these drafts are held, or ready; they are locked."""
    at = timezone.now() + QUIET
    Draft.objects.filter(pk__in=[draft.pk for draft in drafts]).update(tell_at=at)
    for draft in drafts:
        draft.tell_at = at


def senders_to_tell(limit: int) -> list[int]:
    """Return whom to tell of something now, of each organization in turn.

    A draft whose mail was called off for the sake of another one is told of anew.
    """
    called_off = Draft.objects.filter(state__in=states.HELD, tell_at=None, notice__state=CANCELLED)
    called_off.update(tell_at=timezone.now(), notice=None)
    due = Draft.objects.filter(tell_at__lte=timezone.now(), state__in=states.HELD)
    senders = due.order_by().values_list("sender", flat=True).alias(first=Min("tell_at"))
    turn = Window(RowNumber(), partition_by="organization", order_by="first")
    return list(senders.alias(turn=turn).order_by("turn", "first")[:limit])


@transaction.atomic
def tell_sender(sender_id: int, *, at_once: bool = False) -> int:
    """Tell a sender of what is held, in one mail; return of how many drafts.

    Unless it has to be done at once, it waits while more mails of the sender are coming in.
    """
    User.objects.select_for_update(no_key=True).get(pk=sender_id)
    drafts = held_together(sender_id)
    times = [draft.tell_at for draft in drafts if draft.tell_at]
    if not times:
        return 0
    now = timezone.now()
    if not at_once and max(times) > now and min(times) > now - PATIENCE:
        return 0
    stop_telling(*drafts)  # a reminder that waits is said by this mail already
    notice = _tell_one(drafts[0]) if len(drafts) == 1 else _tell_several(drafts)
    told = [draft.pk for draft in drafts]
    Draft.objects.filter(pk__in=told).update(tell_at=None, notice=notice)
    return len(told)


def tell_together(sender_ids: Sequence[int]) -> list[int]:
    """Tell senders of whom one draft waits, all in one transaction; return the other senders.

    Drafts that somebody else has locked are passed over: no lock of a draft is waited for here.
    """
    try:
        with transaction.atomic():
            told = _tell_free(sender_ids)
    except Exception:
        log.exception("%d senders cannot be told together, each is told alone", len(sender_ids))
        told = set()
    return [sender_id for sender_id in sender_ids if sender_id not in told]


def _tell_free(sender_ids: Sequence[int]) -> set[int]:
    list(User.objects.filter(pk__in=sender_ids).select_for_update(no_key=True).order_by("pk"))
    untold = Draft.objects.filter(sender__in=sender_ids, state__in=states.HELD)
    untold = untold.exclude(tell_at=None)
    counts = Counter(untold.values_list("sender_id", flat=True))
    due = untold.filter(tell_at__lte=timezone.now()).select_related("sender")
    drafts = [one for one in skip_locked(due.order_by("pk")) if counts[one.sender_id] == 1]
    organizations = _share_organizations(drafts)
    stop_telling(*drafts)
    judged = judge_all([one for one in drafts if is_readable(one)])
    replies = {pk: reply_address(each) for pk, each in organizations.items()}
    postings = [_one(one, judged.get(one.pk, []), replies[one.organization_id]) for one in drafts]
    for draft, notice in zip(drafts, queue_mails(postings), strict=True):
        draft.notice = notice
    Draft.objects.bulk_update(drafts, ["notice", "mails_about"])
    return {draft.sender_id for draft in drafts}


def _share_organizations(drafts: Sequence[Draft]) -> dict[int, Organization]:
    """Have the drafts and their senders share one object an organization, in one query."""
    ids = {pk for one in drafts for pk in (one.organization_id, one.sender.organization_id)}
    organizations = Organization.objects.in_bulk(ids)
    for draft in drafts:
        draft.organization = organizations[draft.organization_id]
        draft.sender.organization = organizations[draft.sender.organization_id]
    return organizations


def held_together(sender_id: int) -> list[Draft]:
    """Return the held drafts that this sender has to be told of, locked."""
    drafts = Draft.objects.select_related("organization", "sender")
    untold = drafts.filter(sender=sender_id, state__in=states.HELD).exclude(tell_at=None)
    return list(untold.select_for_update(of=("self",)).order_by("pk")[:TOGETHER])


def stop_telling(*drafts: Draft) -> None:
    """Take back what was not mailed yet and is not true any more; the drafts are locked.

    Others that the same mail spoke of are told anew. One that is locked now is passed over, so
    that two who stop at once never wait for each other: it has its reminder.
    """
    told = [draft for draft in drafts if draft.tell_at or draft.notice_id]
    if not told:
        return
    notices = {draft.notice_id for draft in told if draft.notice_id}
    Draft.objects.filter(pk__in=[draft.pk for draft in told]).update(tell_at=None, notice=None)
    for draft in told:
        draft.tell_at, draft.notice = None, None
    if called_off := cancel_all(notices) if notices else None:
        others = Draft.objects.filter(notice__in=called_off, state__in=states.HELD)
        found = [other.pk for other in skip_locked(others)]
        Draft.objects.filter(pk__in=found).update(tell_at=timezone.now())


def tell(draft: Draft, kind: str, more: Mapping[str, Any], to: User | None = None) -> Notification:
    """Queue a mail about one draft, in the thread of the mail that is held."""
    posting = _about(draft, kind, more, to or draft.sender)
    draft.save(update_fields=["mails_about"])
    return queue_mails([posting])[0]


def _about(
    draft: Draft, kind: str, more: Mapping[str, Any], to: User, reply_to: str | None = None
) -> Posting:
    """Return a mail about one draft; the draft counts it, and has to be saved."""
    content = readable_content(draft)
    context = {
        "subject": shown_subject(draft),
        "link": finish_link(draft),
        "expires_on": draft.expires_at.date() if draft.expires_at else None,
        "duplicate": draft.duplicate_of_id is not None,
        **more,
    }
    draft.mails_about += 1
    return _to_person(
        to,
        kind,
        context,
        about=str(draft),
        key=f"{draft}:{kind}:{draft.mails_about}",
        thread=tuple(filter(None, (*content.references, content.message_id))) if content else (),
        reply_to=reply_to,
    )


def tell_person(person: User, kind: str, more: Mapping[str, Any], **about: Any) -> Notification:
    """Queue a mail to somebody of an organization; `about` is what `_to_person` takes."""
    return queue_mails([_to_person(person, kind, more, **about)])[0]


def _to_person(  # noqa: PLR0913  what a mail is about, and who answers it
    person: User,
    kind: str,
    more: Mapping[str, Any],
    *,
    about: str,
    key: str,
    thread: Sequence[str] = (),
    reply_to: str | None = None,
) -> Posting:
    """Return a mail to somebody of an organization; `thread` ends with the mail that it answers."""
    organization = person.organization
    context = {
        "organization_name": organization.name,
        "sender_name": person.display_name,
        "help_link": f"{settings.BASE_URL}{reverse('help')}",
        "contacts_link": f"{settings.BASE_URL}{reverse('contact_list')}",
        "drafts_link": f"{settings.BASE_URL}{reverse('draft_list')}",
        "support": support_of(organization),
        **more,
    }
    mail = Mail(
        kind=kind,
        to=person.email,
        to_name=person.name,
        language=person.language,
        context=context,
        from_name=organization.name,
        list_id=LIST_ID,
        reply_to=reply_address(organization) if reply_to is None else reply_to,
        in_reply_to=thread[-1] if thread else "",
        references=tuple(thread),
    )
    return Posting(mail, organization.pk, about, key)


def reply_address(organization: Organization) -> str:
    """Return who gets the answers to our mails: the support contact, else an admin."""
    if organization.support_email:
        return organization.support_email
    admins = User.objects.holding(Role.POLICY_ADMIN, organization.pk)
    return admins.order_by("pk").values_list("email", flat=True).first() or ""


def refusal_of(draft: Draft) -> dict[str, Any]:
    """Return what a mail says of a draft that cannot be worked on; nothing sealed is looked at."""
    addresses = list(draft.recipients.values_list("address", flat=True))
    return {
        "subject": "",
        "recipients": addresses[:SHOWN_RECIPIENTS],
        "more_recipients": max(0, len(addresses) - SHOWN_RECIPIENTS),
        "received_at": draft.created_at,
        "reason": UNREADABLE,
    }


def about_drafts_of(sender_id: int) -> str:
    """Return what mails are about that speak of several drafts of a sender."""
    return f"drafts of user:{sender_id}"


def lines_of(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """Return what a mail says of each of several drafts."""
    return [
        {
            "subject": shown_subject(draft),
            "link": finish_link(draft),
            "needs": [row.name or row.shown_address for row in draft.recipients.exclude(reason="")],
            "ready": draft.state == states.READY,
            "problem": bool(draft.problem),
            "expires_on": draft.expires_at.date() if draft.expires_at else None,
        }
        for draft in drafts[:LISTED]
    ]


def _tell_one(draft: Draft) -> Notification:
    judged = judge(draft, draft.organization.policy) if is_readable(draft) else []
    posting = _one(draft, judged)
    draft.save(update_fields=["mails_about"])
    return queue_mails([posting])[0]


def _one(draft: Draft, judged: Sequence[Judged], reply_to: str | None = None) -> Posting:
    if not is_readable(draft):
        return _about(draft, REFUSED, refusal_of(draft), draft.sender, reply_to)
    if draft.state == states.READY:
        return _about(draft, READY_TO_SEND, {}, draft.sender, reply_to)
    policy = draft.organization.policy
    with translation.override(draft.sender.language):
        incomplete = [
            {**_person(item), "reason_text": reason_sentence(item.verdict, item.who, policy)}
            for item in judged
            if not item.complete
        ]
        content = readable_content(draft)
        problems = problem_sentences(draft.problem, content.problems if content else ())
    context = {
        "incomplete": incomplete,
        "complete": [_person(item) for item in judged if item.complete],
        "problem_text": " ".join(problems),
        "web_sending": policy.web_sending,
    }
    return _about(draft, FINISH_SENDING, context, draft.sender, reply_to)


def _tell_several(drafts: Sequence[Draft]) -> Notification:
    newest, sender = drafts[-1], drafts[0].sender
    context = {
        "drafts": lines_of(drafts),
        "draft_count": len(drafts),
        "more_count": max(0, len(drafts) - LISTED),
        "duplicate": any(draft.duplicate_of_id for draft in drafts),
        "web_sending": newest.organization.policy.web_sending,
    }
    newest.mails_about += 1
    newest.save(update_fields=["mails_about"])
    key = f"{newest}:{FINISH_SEVERAL}:{newest.mails_about}"
    return tell_person(sender, FINISH_SEVERAL, context, about=about_drafts_of(sender.pk), key=key)


def _person(item: Judged) -> dict[str, str]:
    return {"address": item.recipient.shown_address, "name": item.recipient.name}
