"""What the pages of a draft and of its message show of its life."""

from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import AuditEntry, User
from delivery.models import Message
from drafts.actions.sharing import LOOKED
from drafts.models import Draft, Recipient
from drafts.states import HELD
from drafts.timeline import Event, Moment, moments_of
from notifications.states import FAILED, RETURNED

register = template.Library()

SHOWN = 200


@register.inclusion_tag("drafts/_life.html", takes_context=True)
def draft_life(context: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """Show who else is at it, copies of the same mail, ways to get help, and the timeline."""
    user: User = context["request"].user
    return {
        "draft": draft,
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "is_own": draft.sender_id in user.answers_for,
        "needing": context.get("needing"),
        "may_hand_over": draft.organization.policy.hand_over,
        "timeline": timeline_of(draft, draft.message),
    }


@register.inclusion_tag("drafts/_around.html", takes_context=True)
def draft_around(context: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """Show what one has to know before going on: somebody else is at it, or a copy of it lives."""
    user: User = context["request"].user
    fresh = draft.opened_at is not None and timezone.now() - draft.opened_at < 2 * LOOKED
    return {
        "draft": draft,
        "csrf_token": context.get("csrf_token"),
        "other": draft.opened_by if fresh and draft.opened_by_id != user.pk else None,
        "is_own": draft.sender_id in user.answers_for,
        "supersedes": list(draft.supersedes.order_by("pk")),
        "parts": parts_of(draft),
        "undelivered": _is_untold(draft),
    }


@register.inclusion_tag("drafts/_timeline.html")
def draft_timeline(draft: Draft) -> dict[str, Any]:
    """Show what happened to a draft that is not held any more."""
    return {"timeline": timeline_of(draft, None)}


@register.inclusion_tag("drafts/_timeline.html")
def message_timeline(message: Message) -> dict[str, Any]:
    """Show what happened to a message, from the mail that came in on."""
    draft = Draft.objects.filter(message=message).first()
    duplicates = list(draft.duplicates.order_by("pk")) if draft else []
    return {"timeline": timeline_of(draft, message), "duplicates": duplicates, "held": HELD}


def timeline_of(
    draft: Draft | None, message: Message | None, *, named: bool = True
) -> list[Moment]:
    """Return what happened, oldest first, in three queries; not `named`: nobody is named."""
    people = list(message.recipients.all()) if message is not None else []
    by_about = {str(row): row.pk for row in people}
    about = [*(str(thing) for thing in (draft, message) if thing is not None), *by_about]
    entries = AuditEntry.objects.filter(about__in=about).select_related("actor")
    found = list(entries.order_by("-pk")[:SHOWN])
    names = {row.pk: row.name or row.shown_address for row in people} if named else {}
    zone = (draft or message).organization.zone  # type: ignore[union-attr]
    return moments_of(
        [
            *_told_with_others(draft, zone),
            *(
                Event(
                    entry.at.astimezone(zone),
                    entry.verb,
                    entry.data,
                    entry.actor.display_name if named and entry.actor else "",
                    names.get(entry.data.get("recipient", by_about.get(entry.about, 0)), ""),
                )
                for entry in found
            ),
        ]
    )


def _told_with_others(draft: Draft | None, zone: ZoneInfo) -> list[Event]:
    """Return that its sender was told of it, where that mail spoke of others too."""
    notice = draft.notice if draft is not None else None
    if notice is None or notice.sent_at is None or notice.about == str(draft):
        return []
    return [Event(notice.sent_at.astimezone(zone), "notification_sent", {"kind": notice.kind})]


def _is_untold(draft: Draft) -> bool:
    """Tell whether the last mail about it did not arrive; one about it alone that failed is told
    of on the page with the others that failed.
    """
    notice = draft.notice
    if notice is None:
        return False
    if notice.state == FAILED:
        return notice.about != str(draft)
    return notice.report == RETURNED


def parts_of(draft: Draft) -> list[Draft]:
    """Return the other parts of a mail that came in several envelopes.

    They look the same, have the same Message-ID, and no recipient in common.
    """
    if not draft.message_id_index:
        return []
    addresses = draft.recipients.values("address")
    same = Draft.objects.filter(
        sender=draft.sender_id,
        fingerprint=draft.fingerprint,
        message_id_index=draft.message_id_index,
    ).exclude(Exists(Recipient.objects.filter(draft=OuterRef("pk"), address__in=addresses)))
    related = Q(pk=draft.pk) | Q(superseded_by=draft) | Q(split_from=draft)
    excluded = [draft.split_from_id, draft.duplicate_of_id]
    return list(same.exclude(related).exclude(pk__in=[pk for pk in excluded if pk])[:5])
