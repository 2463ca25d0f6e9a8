"""What an identity provider says (OpenID Connect): where it is asked, and what it knows."""

from collections.abc import Mapping
from typing import Any, Final

WELL_KNOWN: Final = "/.well-known/openid-configuration"
NEEDED: Final = (
    "issuer",
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "jwks_uri",
)
_WORDS: Final = {"true": True, "false": False}  # some providers write them as text


def discovery_url(server_url: str) -> str:
    """Return where a provider describes itself: one slash, whatever its address ends in.

    OpenID Connect Discovery 1.0, 4.1.
    """
    return server_url if WELL_KNOWN in server_url else server_url.rstrip("/") + WELL_KNOWN


def email_was_checked(claims: Mapping[str, Any]) -> bool | None:
    """Tell whether the provider checked the address; None when it says nothing about that.

    `claims` has what userinfo and the ID token say, or is one of the two. One "no" is a no.
    """
    parts = [claims.get("userinfo"), claims.get("id_token"), claims]
    said = [part["email_verified"] for part in parts if part and "email_verified" in part]
    read = [_WORDS.get(str(word).lower(), False) for word in said]
    return all(read) if read else None
