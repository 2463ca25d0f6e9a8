"""Delivery receipts of an SMS gateway: how they are signed, and what they say. Pure.

A gateway that is told the `id` of an SMS (gateways.py) may POST what became of it to
`/sms/receipts/`, once `SMS_RECEIPT_KEY` is set:

    {"id": "<22 characters>", "state": "delivered"}
    {"id": "<22 characters>", "state": "undelivered", "code": "30003"}

with the field `X-Signature: t=<seconds since 1970>,v1=<hex>`: the HMAC-SHA256, under the key, of
the time as it is written there, a dot, and the body.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass

TOLERANCE_SECONDS = 300

_SIGNATURE = re.compile(r"t=(\d{1,12}),\s*v1=([0-9a-f]{64})")
_CODE = re.compile(r"[A-Za-z0-9._-]{0,40}")


class BadReceiptError(ValueError):
    """This is no receipt."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an SMS; `code` is the carrier's, "" when there is none."""

    token: str
    delivered: bool
    code: str


def is_signed(header: str, body: bytes, key: str, now: float) -> bool:
    """Tell whether somebody who knows the key has just signed this body. Constant time."""
    found = _SIGNATURE.fullmatch(header.strip())
    if not key or found is None or abs(now - int(found[1])) > TOLERANCE_SECONDS:
        return False
    return hmac.compare_digest(sign(body, key, found[1]), found[2])


def sign(body: bytes, key: str, time: str) -> str:
    """Return the hex digits that belong to a body at a time."""
    return hmac.new(key.encode(), time.encode() + b"." + body, hashlib.sha256).hexdigest()


def read_receipt(body: bytes) -> Receipt:
    """Return what a receipt says. Raises BadReceiptError."""
    try:
        fields = json.loads(body)
        token, state, code = fields["id"], fields["state"], fields.get("code", "")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadReceiptError from error
    if state not in {"delivered", "undelivered"} or not isinstance(token, str):
        raise BadReceiptError
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise BadReceiptError
    return Receipt(token, state == "delivered", code)
