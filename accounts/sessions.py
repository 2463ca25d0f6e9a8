"""Sessions in the database that know whose they are, so that a person can see and end them."""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.dateparse import parse_datetime

from accounts.models import SignInSession

BROWSER, SIGNED_IN_AT = "browser", "signed_in_at"


class SessionStore(DatabaseStore):
    """The session engine of the product."""

    @classmethod
    def get_model_class(cls) -> type[SignInSession]:
        """Return the model of a session."""
        return SignInSession

    def create_model_instance(self, data: dict[str, Any]) -> SignInSession:
        """Return the row of this session."""
        row = super().create_model_instance(data)
        assert isinstance(row, SignInSession)
        row.user_id = data.get(SESSION_KEY)
        row.browser = data.get(BROWSER, "")
        row.signed_in_at = parse_datetime(data[SIGNED_IN_AT]) if SIGNED_IN_AT in data else None
        return row
