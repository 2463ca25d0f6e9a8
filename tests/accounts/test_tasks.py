"""Sessions that have ended are not kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import SignInSession
from accounts.tasks import clear_sessions


@pytest.mark.django_db
def test_only_sessions_that_have_ended_are_deleted() -> None:
    now = timezone.now()
    SignInSession.objects.create(session_key="ended", expire_date=now - timedelta(seconds=1))
    SignInSession.objects.create(session_key="lives", expire_date=now + timedelta(hours=1))

    clear_sessions()

    assert list(SignInSession.objects.values_list("session_key", flat=True)) == ["lives"]
