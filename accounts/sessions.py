"""Sessions in the database that know whose they are, so that a person can see and end them."""

import base64
import json
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils.dateparse import parse_datetime

from accounts.models import SignInSession
from vault.keys import VaultError
from vault.sealing import seal_text, unseal_text

BROWSER, SIGNED_IN_AT = "browser", "signed_in_at"
# Who is signed in, how and until when, which messages a guest has open, and forms that are sealed
# already. All else is sealed, whoever put it there: django-allauth keeps forms that wait for a
# password, with their cookies, one-time codes and the secrets of apps.
READABLE = frozenset({
    SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY, BROWSER, SIGNED_IN_AT, "_session_expiry",
    "account_authentication_methods", "account_authentication_methods_user",
    "guest_browser", "guest_visits", "unsent_forms",
})  # fmt: skip
_SEALED = "sealed"
_PLACE = "session"


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

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return what is stored, with everything sealed that need not be readable."""
        stored = {key: value for key, value in session_dict.items() if key in READABLE}
        others = {key: value for key, value in session_dict.items() if key not in READABLE}
        if others:
            sealed = seal_text(json.dumps(others), _PLACE)
            stored[_SEALED] = base64.b64encode(sealed).decode()
        return super().encode(stored)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return what was encoded, without what is sealed once its key is gone."""
        found: dict[str, Any] = super().decode(session_data)
        sealed = found.pop(_SEALED, "")
        return found | _opened(sealed) if sealed else found


def _opened(sealed: str) -> dict[str, Any]:
    try:
        opened: dict[str, Any] = json.loads(unseal_text(base64.b64decode(sealed), _PLACE))
    except VaultError:
        return {}
    return opened
