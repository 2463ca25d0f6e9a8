"""Finds what the demo leaves behind: accounts whose password everybody knows."""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q, QuerySet

from accounts.demonstration import COMMAND, DOMAINS
from accounts.models import User

log = logging.getLogger(__name__)


def demo_accounts() -> QuerySet[User]:
    """Return the people of the demo who can sign in."""
    theirs = Q()
    for domain in DOMAINS:
        theirs |= Q(email__endswith=f"@{domain}")
    return User.objects.filter(theirs, is_active=True).order_by("pk")


def demo_problem() -> str:
    """Return why nothing may run with this database outside the demo, "" when all may.

    A database that does not answer yet, or has no tables, has no accounts to show.
    """
    if settings.DEMO:
        return ""
    try:
        count = demo_accounts().count()
    except DatabaseError:
        log.warning("the database does not answer: nobody looked for accounts of the demo")
        return ""
    return f"is 0, but {count} accounts of the demo can sign in: run {COMMAND}" if count else ""
