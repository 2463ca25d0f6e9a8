"""Ending the demo."""

from allauth.mfa.models import Authenticator
from django.db import transaction

from accounts import audit
from accounts.access import demo_accounts
from accounts.models import SignInSession


@transaction.atomic
def disable_demo_accounts() -> int:
    """Lock the people of the demo out, for good; return how many there were."""
    people = list(demo_accounts())
    for person in people:
        person.is_active = False
        person.set_unusable_password()
        person.save(update_fields=["is_active", "password"])
        audit.note("disable_person", person, None)
    SignInSession.objects.filter(user__in=people).delete()
    Authenticator.objects.filter(user__in=people).delete()
    return len(people)
