"""The words by which a recipient knows that a mail and a page belong together. Pure.

Nobody who lacks our key can tell which words a recipient gets; a recipient gets the same ones with
every message of an organization.
"""

from vault.keys import index_digest

# English and Dutch name the same picture, so that a reader may change the language.
_COLOURS = (
    ("blue", "blauwe"), ("green", "groene"), ("red", "rode"), ("yellow", "gele"),
    ("white", "witte"), ("black", "zwarte"), ("brown", "bruine"), ("grey", "grijze"),
    ("orange", "oranje"), ("purple", "paarse"), ("pink", "roze"), ("golden", "gouden"),
    ("silver", "zilveren"), ("striped", "gestreepte"), ("spotted", "gestippelde"),
    ("wooden", "houten"),
)  # fmt: skip
_THINGS = (
    ("bicycle", "fiets"), ("umbrella", "paraplu"), ("boat", "boot"), ("chair", "stoel"),
    ("tree", "boom"), ("bridge", "brug"), ("tower", "toren"), ("train", "trein"),
    ("coat", "jas"), ("hat", "hoed"), ("lamp", "lamp"), ("kettle", "ketel"),
    ("door", "deur"), ("window box", "bloembak"), ("bench", "bank"), ("basket", "mand"),
    ("kite", "vlieger"), ("drum", "trommel"), ("flute", "fluit"), ("piano", "piano"),
    ("clock", "klok"), ("key", "sleutel"), ("button", "knoop"), ("shoe", "schoen"),
    ("scarf", "sjaal"), ("cup", "kop"), ("bottle", "fles"), ("candle", "kaars"),
    ("pencil case", "pennendoos"), ("ladder", "ladder"), ("cart", "kar"), ("tent", "tent"),
)  # fmt: skip
_AND = ("and", "en")
_LANGUAGES = {"en": 0, "nl": 1}


def phrase_for(organization_id: int, address: str, language: str) -> str:
    """Return two pictures in words: "blue bicycle and striped umbrella"."""
    digest = bytes.fromhex(index_digest("recognition phrase", f"{organization_id}:{address}"))
    index = _LANGUAGES.get(language, 0)
    first, second = (_picture(digest[at], digest[at + 1], index) for at in (0, 2))
    return f"{first} {_AND[index]} {second}"


def _picture(colour: int, thing: int, index: int) -> str:
    return f"{_COLOURS[colour % len(_COLOURS)][index]} {_THINGS[thing % len(_THINGS)][index]}"
