"""Forms that were refused: what somebody typed is kept in their session, sealed, for a while. Pure.

An entry belongs to its owner ("person:7", "guest:12:…") and is shown to nobody else, also not in
the same browser. In a session that outlives a sign-in it waits until its owner is back.
"""

import base64
import json
import secrets
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from vault.keys import VaultError
from vault.sealing import new_data_key, open_data_key

LIFE = timedelta(hours=8)
MAX_BYTES = 512 * 1024  # an answer of 100,000 characters, in any script
MAX_FORMS = 5
_FORMS = "unsent_forms"

Session = MutableMapping[str, Any]
Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnsentForm:
    """The fields of a form as they were posted, without secrets and files.

    `path` is where it was sent, `page` where it was filled in. `left_out`: it held secrets or
    files. `can_send`: sending the same fields once more makes sense. `key` names it once kept.
    """

    path: str
    page: str
    fields: Fields = field(repr=False)
    left_out: bool = False
    can_send: bool = True
    key: str = ""

    def value(self, name: str) -> str:
        """Return what a field held, "" when it is not there."""
        return dict(self.fields).get(name, "")


def person(pk: int) -> str:
    """Return the owner of what a signed-in person typed."""
    return f"person:{pk}"


def keep(session: Session, owner: str, form: UnsentForm, now: datetime) -> bool:
    """Keep a form, in place of its owner's with the same key; tell whether it was small enough."""
    values = [form.path, form.page, form.fields, form.left_out, form.can_send]
    plain = json.dumps(values, ensure_ascii=False).encode(errors="surrogatepass")
    if len(plain) > MAX_BYTES:
        return False
    live = _live(session, now)
    mine = {each["key"] for each in live if each["owner"] == owner}
    key = form.key if form.key in mine else secrets.token_hex(8)
    data_key, wrapped = new_data_key(_context(owner, key))
    entry = {
        "owner": owner,
        "key": key,
        "at": now.timestamp(),
        "data_key": base64.b64encode(wrapped).decode(),
        "sealed": base64.b64encode(data_key.seal(plain, _context(owner, key))).decode(),
    }
    others = [each for each in live if each["key"] != key]
    session[_FORMS] = [entry, *others][:MAX_FORMS]
    return True


def kept_for(session: Session, owner: str, now: datetime) -> list[UnsentForm]:
    """Return what was kept for this owner, newest first."""
    found = [_open(entry) for entry in _live(session, now) if entry["owner"] == owner]
    return [form for form in found if form is not None]


def is_kept_for(session: Session, owner: str, now: datetime) -> bool:
    """Tell whether something is kept for this owner, without opening it."""
    return any(entry["owner"] == owner for entry in _live(session, now))


def forget(session: Session, owner: str, key: str) -> None:
    """Forget one form of this owner."""
    _leave(session, lambda each: (each["owner"], each["key"]) != (owner, key))


def forget_all(session: Session, owner: str) -> None:
    """Forget every form of this owner."""
    _leave(session, lambda each: each["owner"] != owner)


def forget_old(session: Session, now: datetime) -> None:
    """Forget what was kept for long enough, whosever it is."""
    oldest = (now - LIFE).timestamp()
    _leave(session, lambda each: each["at"] >= oldest)


def _leave(session: Session, wanted: Callable[[dict[str, Any]], bool]) -> None:
    entries = session.get(_FORMS, [])
    left = [each for each in entries if wanted(each)]
    if len(left) != len(entries):
        session[_FORMS] = left


def _live(session: Session, now: datetime) -> list[dict[str, Any]]:
    oldest = (now - LIFE).timestamp()
    return [entry for entry in session.get(_FORMS, []) if entry["at"] >= oldest]


def _open(entry: dict[str, Any]) -> UnsentForm | None:
    """Return the form of an entry, None once its key is gone from the keyring."""
    context = _context(entry["owner"], entry["key"])
    try:
        data_key = open_data_key(base64.b64decode(entry["data_key"]), context)
        plain = data_key.unseal(base64.b64decode(entry["sealed"]), context)
    except VaultError:
        return None
    path, page, fields, left_out, can_send = json.loads(plain.decode(errors="surrogatepass"))
    typed = tuple((name, value) for name, value in fields)
    return UnsentForm(path, page, typed, left_out, can_send, entry["key"])


def _context(owner: str, key: str) -> str:
    return f"unsent form:{owner}:{key}"
