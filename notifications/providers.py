"""The SMS services that Apprise knows: which of them can be used, and what they leave untold.

What is said here of one service was looked up in its Apprise plugin (version 2.2.0); the tests walk
every plugin. `docs/operations.md` holds the same as a table for operators.
"""

from typing import Any

# The operator's own gateway takes fields, not numbers in its address.
OWN = frozenset({"json", "jsons", "form", "forms", "xml", "xmls"})

# They know people by number, and send them something else than an SMS.
MESSENGERS = frozenset({
    *("dingtalk", "evolution", "evolutions", "gupshup", "signal", "signals", "threema"),
    *("whapi", "whatsapp"),
})  # fmt: skip

BROKEN = {
    "plivo": "does not work: Apprise leaves your account out of the address that it posts to, "
    "and Plivo refuses every SMS",
    "voipms": "does not work: Apprise cuts the country code off the numbers that it posts",
}

# These services answer 200 to an SMS that they refuse, and say so in a text that Apprise skips.
UNSEEN_REFUSALS = frozenset({"clickatell", "clicksend", "nexmo", "seven", "vonage"})


def provider_problem(schema: str, plugin: Any) -> str:
    """Return why no SMS can go out by an Apprise plugin (its class), "" when nothing is known."""
    if schema in OWN:
        return ""
    name = plugin.service_name
    if schema in MESSENGERS:
        return f"is no SMS service: {name} sends messages of its own kind"
    if not takes_phone_numbers(plugin):
        return f"is no SMS service: {name} does not send to phone numbers"
    if schema in BROKEN:
        return BROKEN[schema]
    if not plugin.enabled:
        needed = plugin.requirements.get("packages_required") or "something else"
        return f"cannot be used here: {name} needs {needed}, which is not installed"
    return ""


def takes_phone_numbers(plugin: Any) -> bool:
    """Tell whether a plugin is given the numbers that it sends to as its targets."""
    tokens = plugin.template_tokens
    return any(
        token.get("map_to") == "targets" and "phone" in f"{key} {token['name']}".lower()
        for key, token in tokens.items()
    )


def reaches_only(plugin: Any, number: str) -> bool:
    """Tell whether a plugin that was built sends to this number (E.164), and to nobody else.

    A plugin drops a number that it takes for none, and some of them then send to the operator's
    own number.
    """
    lists = [
        value
        for name, value in vars(plugin).items()
        if isinstance(value, list) and (name.startswith("target") or name in {"phone", "topics"})
    ]
    targets = [target for held in lists for target in held]
    digits = ["".join(c for c in str(target) if c.isdecimal()) for target in targets]
    return digits == [number.removeprefix("+")]
