"""To whom a mail was to go is forgotten a while after its end; what happened stays, by id."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from drafts.models import HelpAnswer, Recipient
from flow.forgetting import DOMAIN, HISTORY, KEPT, NOBODY, first_ids

LONGEST = timedelta(days=365)  # that a mail is held


def forget_recipients() -> int:
    """Forget some recipients of mails that ended long ago; return how many."""
    now = timezone.now()
    sent = Q(draft__message__ended_at__lt=now - KEPT)
    unsent = Q(draft__message=None, draft__data_key=b"", draft__created_at__lt=now - LONGEST)
    rows = Recipient.objects.filter(sent | unsent).exclude(domain=DOMAIN)
    return _forget(first_ids(rows))


def forget_answers() -> int:
    """Forget some old words about the help page; return how many."""
    old = HelpAnswer.objects.filter(at__lt=timezone.now() - HISTORY).exclude(words="")
    return HelpAnswer.objects.filter(pk__in=first_ids(old)).update(words="")


def erase_recipient(address: str) -> int:
    """Forget an address in all mails that are not held any more; return in how many."""
    rows = Recipient.objects.filter(address=address, draft__data_key=b"")
    return _forget(list(rows.values_list("pk", flat=True)))


def _forget(ids: list[int]) -> int:
    return Recipient.objects.filter(pk__in=ids).update(
        address=NOBODY, domain=DOMAIN, name="", typed=b"", header=b"", datum=None
    )
