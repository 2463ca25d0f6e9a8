"""A draft that waits, and the browser of its sender."""

import pytest
from django.test import Client

from drafts.models import Draft
from tests import make


@pytest.fixture
def draft(db: None) -> Draft:
    """Return a draft that waits for jan and els."""
    return make.draft(make.user(), "jan@example.nl", "els@example.nl")


@pytest.fixture
def owner(draft: Draft) -> Client:
    """Return the browser of the draft's sender."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(draft.sender, "allauth.account.auth_backends.AuthenticationBackend")
    return browser
