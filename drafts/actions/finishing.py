"""What the sender does with a held draft: fill in, send, undo, remove somebody, discard."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from types import MappingProxyType

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from accounts.policy import DRAFT
from addresses.mail import domain_of
from drafts import states
from drafts.access import judge, typed_choice, version_of
from drafts.actions.judging import go_on
from drafts.actions.locking import locked_draft
from drafts.actions.settling import settle
from drafts.actions.telling import stop_telling
from drafts.content import choice_to_bytes
from drafts.incoming import Choice
from drafts.models import Draft, Recipient
from flow.moves import move

UNDO_SECONDS = 10

# The version of each recipient that the person's page showed.
Seen = Mapping[int, str]
NOTHING_SEEN: Seen = MappingProxyType({})


class Unfinished(Exception):
    """The draft is not in a state in which this can be done: somebody was first."""


class SendingForbidden(Exception):
    """The organization does not allow sending from the web app."""


class NothingToUndo(Exception):
    """The time to undo is over, or it was undone already."""


@transaction.atomic
def complete_recipients(
    draft: Draft, choices: Mapping[int, Choice], *, seen: Seen = NOTHING_SEEN, actor: User
) -> set[int]:
    """Keep what was filled in, per recipient id; return those that somebody else was first with.

    `seen` has the version (access.version_of) that the page showed: where it is another one by
    now, and says something else, nothing is kept. Raises Unfinished, SendingForbidden.
    """
    return _complete(held_draft(draft), choices, seen, actor)


@transaction.atomic
def forget_choices(
    draft: Draft, recipients: Collection[int], *, seen: Seen = NOTHING_SEEN, actor: User
) -> int:
    """Take back what was filled in for these recipients, unless it changed since it was `seen`.

    Return for how many. Raises Unfinished, SendingForbidden.
    """
    locked = held_draft(draft)
    found = locked.recipients.filter(pk__in=recipients)
    rows = locked.recipients.filter(pk__in=[row.pk for row in found if _is_as_seen(row, seen)])
    count = rows.update(typed=b"", changed_at=timezone.now(), changed_by=actor)
    settle(locked, judge(locked, locked.organization.policy))
    _audit("forget_choices", locked, actor, count=count)
    return count


@transaction.atomic
def send_draft(
    draft: Draft,
    choices: Mapping[int, Choice],
    *,
    seen: Seen = NOTHING_SEEN,
    accepted: str = "",
    actor: User,
) -> bool:
    """Keep what was filled in; tell whether the draft goes out once the time to undo is over.

    It does not while somebody still needs something, while somebody else was first with another
    number (see `complete_recipients`), or while it has a problem other than `accepted`, the one
    that the sender saw. Raises Unfinished, SendingForbidden.
    """
    locked = held_draft(draft)
    if locked.problem and locked.problem == accepted:
        _accept_problem(locked, actor)
    if _complete(locked, choices, seen, actor) or locked.state != states.READY:
        return False
    _send_soon(locked, actor)
    return True


@transaction.atomic
def send_once_more(draft: Draft, *, actor: User) -> None:
    """Say yes to a possible duplicate, also where the web app sends nothing. Raises Unfinished.

    It goes out once the time to undo is over, or by itself as soon as everybody is complete.
    """
    locked = held_draft(draft, needs_web_sending=False)
    if locked.problem != states.DUPLICATE:
        raise Unfinished(locked.state)
    _accept_problem(locked, actor)
    if settle(locked, judge(locked, locked.organization.policy)):
        _send_soon(locked, actor)


@transaction.atomic
def undo_send(draft: Draft, *, actor: User) -> None:
    """Take the draft back within the time to undo. Raises NothingToUndo."""
    locked = locked_draft(draft.pk)
    if locked.state != states.SENDING or not locked.send_at or locked.send_at <= timezone.now():
        raise NothingToUndo
    move(locked, states.READY, states.MOVES, send_at=None, sent_by=None)
    if locked.duplicate_of_id and not locked.organization.policy.web_sending:
        locked.problem = states.DUPLICATE  # the yes is what was undone
        locked.save(update_fields=["problem"])
        settle(locked, judge(locked, locked.organization.policy))
    _audit("undo_send", locked, actor)


@transaction.atomic
def remove_recipient(draft: Draft, recipient: Recipient, *, actor: User) -> None:
    """Take a recipient off the draft; the last one stays. Raises Unfinished."""
    locked = held_draft(draft)
    if locked.recipients.count() > 1:
        locked.recipients.filter(pk=recipient.pk).delete()
        settle(locked, judge(locked, locked.organization.policy))
        _audit("remove_recipient", locked, actor)


@transaction.atomic
def correct_address(
    draft: Draft, recipient: Recipient, address: str, *, seen: Seen = NOTHING_SEEN, actor: User
) -> bool:
    """Send to this normalized address instead; one that is a recipient already stays once.

    What was typed for the wrong address is dropped. Return whether it was done: not when the
    recipient changed since it was `seen`. Raises Unfinished, SendingForbidden.
    """
    locked = held_draft(draft)
    row = locked.recipients.filter(pk=recipient.pk)
    if not all(_is_as_seen(each, seen) for each in row):
        return False
    if locked.recipients.filter(address=address).exists():
        row.delete()
    else:
        changed = {"changed_at": timezone.now(), "changed_by": actor}
        row.update(
            address=address, domain=domain_of(address), name="", typed=b"", header=b"", **changed
        )
    settle(locked, judge(locked, locked.organization.policy))
    _audit("correct_address", locked, actor)
    return True


@transaction.atomic
def discard_draft(draft: Draft, *, actor: User) -> None:
    """Put the draft away unsent; it can be brought back. Raises Unfinished."""
    locked = held_draft(draft, needs_web_sending=False)
    stop_telling(locked)
    move(locked, states.DISCARDED, states.MOVES)
    _audit("discard", locked, actor)


@transaction.atomic
def restore_draft(draft: Draft, *, actor: User) -> None:
    """Bring a discarded draft back, while its content is there. Raises NothingToUndo."""
    locked = locked_draft(draft.pk)
    if locked.state != states.DISCARDED or not locked.data_key:
        raise NothingToUndo
    move(locked, states.WAITING, states.MOVES)
    policy = locked.organization.policy
    judged = judge(locked, policy)
    _audit("restore", locked, actor)
    if settle(locked, judged) and not policy.web_sending:
        go_on([(locked, judged)], were_ready=())


def _send_soon(draft: Draft, actor: User) -> None:
    """Have a ready draft go out when the time to undo is over."""
    stop_telling(draft)
    send_at = timezone.now() + timedelta(seconds=UNDO_SECONDS)
    move(draft, states.SENDING, states.MOVES, send_at=send_at, sent_by=actor, attempts=0)
    _audit("send", draft, actor)


def held_draft(draft: Draft, *, needs_web_sending: bool = True) -> Draft:
    """Return the draft, locked. Raises Unfinished, SendingForbidden."""
    locked = locked_draft(draft.pk)
    if locked.state not in states.HELD:
        raise Unfinished(locked.state)
    if needs_web_sending and not locked.organization.policy.web_sending:
        raise SendingForbidden
    return locked


def _accept_problem(draft: Draft, actor: User) -> None:
    """Go on in spite of the problem; a possible duplicate behind a bad line is asked next."""
    accepted = draft.problem
    hidden = accepted == states.BAD_HEADER and draft.duplicate_of_id
    draft.problem = states.DUPLICATE if hidden else ""
    draft.save(update_fields=["problem"])
    audit.record(
        "accept_problem", str(draft), organization_id=draft.organization_id,
        actor_id=actor.pk, problem=accepted,
    )  # fmt: skip


def _complete(draft: Draft, choices: Mapping[int, Choice], seen: Seen, actor: User) -> set[int]:
    now, late, kept = timezone.now(), set(), []
    allowed = draft.organization.policy.methods_to_type()
    for recipient in draft.recipients.filter(pk__in=choices):
        choice = choices[recipient.pk]
        if choice.method not in allowed or typed_choice(draft, recipient) == choice:
            continue
        if not _is_as_seen(recipient, seen):
            late.add(recipient.pk)
            continue
        recipient.typed = draft.seal(f"{DRAFT}:{recipient.address}", choice_to_bytes(choice))
        recipient.changed_at, recipient.changed_by = now, actor
        kept.append(recipient)
    Recipient.objects.bulk_update(kept, ["typed", "changed_at", "changed_by"])
    if kept:
        _audit("complete_recipients", draft, actor, count=len(kept))
    settle(draft, judge(draft, draft.organization.policy))
    return late


def _is_as_seen(recipient: Recipient, seen: Seen) -> bool:
    version = version_of(recipient)
    return seen.get(recipient.pk, version) == version


def _audit(verb: str, draft: Draft, actor: User, **data: int) -> None:
    audit.record(verb, str(draft), organization_id=draft.organization_id, actor_id=actor.pk, **data)
