"""Guesses what the columns of an address book hold, by their names in Dutch, English or German."""

import re
from collections.abc import Sequence

IGNORED, EMAIL, MOBILE, NAME = "", "email", "mobile", "name"
FIRST, MIDDLE, LAST, CODE, HINT = "first", "middle", "last", "code", "hint"
LANGUAGE = "language"
KIND, VALUE = "kind", "value"  # Google: "Phone 1 - Type" and "Phone 1 - Value"
ROLES = (IGNORED, EMAIL, MOBILE, NAME, FIRST, MIDDLE, LAST, CODE, HINT, LANGUAGE, KIND, VALUE)

# Column names, without capitals, digits and signs.
_NAMES = {
    EMAIL: """email mail emailaddress emailadres emailadresse emailvalue emailwaarde sectionemail
        primaryemail secondaryemail eersteemail tweedeemail emailaddressprimary primaireemail
        secundaireemail emailprive emailwerk emailhome emailwork workemail homeemail
        elektronischepostadres mailadres""",
    MOBILE: """phonenumber mobilephone mobile mobiel mobielnummer mobieletelefoon mobilenumber
        mobiltelefon mobilnummer gsm gsmnummer sectionmobile cellphone cell cellular handy sms
        smsnummer telefoonmobiel telmobiel phonemobile mobieltelefoonnummer mobielenummer
        mobiletelephone mobiletelephonenumber telcell mobilephonenumber mobieltelefoon""",
    NAME: """fullname name displayname naam volledigenaam weergavenaam anzeigename fn
        formattedname contactnaam contactname""",
    FIRST: "firstname givenname voornaam vorname roepnaam",
    MIDDLE: "middlename tussenvoegsel additionalname weiterevornamen",
    LAST: "lastname familyname achternaam nachname surname familienaam",
    CODE: "accesscode toegangscode",
    HINT: "accesscodehint hint toegangscodehint codehint",
    LANGUAGE: "language taal voorkeurstaal taalvoorkeur preferredlanguage sprache lang",
    KIND: "phonetype telefoontype phonelabel telefoonlabel",
    VALUE: "phonevalue telefoonwaarde",
}
_ROLE_OF = {name: role for role, names in _NAMES.items() for name in names.split()}
_MAYBE_MOBILE = {"phone", "telefoon", "telefoonnummer", "telephone", "tel", "telefon", "nummer"}
_NOT_LETTER = re.compile(r"[\W\d_]+")
_DIGIT = re.compile(r"[0-9]")
_FEW_COLUMNS = 8
_LIKE_ADDRESS = re.compile(r"[^@\s,;]+@[^@\s,;]+")
_ENOUGH_DIGITS = 8


def guess_roles(header: Sequence[str]) -> list[str]:
    """Return what each column holds; a number that may be anything counts where none is mobile."""
    plain = [_NOT_LETTER.sub("", name.casefold()) for name in header]
    roles = [_ROLE_OF.get(name, IGNORED) for name in plain]
    if not {MOBILE, VALUE} & set(roles) and len(header) <= _FEW_COLUMNS:
        roles = [
            MOBILE if name in _MAYBE_MOBILE else role
            for name, role in zip(plain, roles, strict=True)
        ]
    return _only_first(roles, {NAME, FIRST, MIDDLE, LAST, CODE, HINT, LANGUAGE})


def is_header(cells: Sequence[str]) -> bool:
    """Tell whether a first row names columns: it holds no address."""
    return not any(_LIKE_ADDRESS.fullmatch(cell.strip()) for cell in cells)


def guess_by_content(cells: Sequence[str]) -> list[str]:
    """Return what the columns of a file without a header hold, judged by its first row."""
    return _only_first([_looks_like(cell.strip()) for cell in cells], {NAME})


def _looks_like(cell: str) -> str:
    if _LIKE_ADDRESS.fullmatch(cell):
        return EMAIL
    if len(_DIGIT.findall(cell)) >= _ENOUGH_DIGITS:
        return MOBILE
    return NAME if cell and not cell.isdigit() else IGNORED


def _only_first(roles: list[str], single: set[str]) -> list[str]:
    """Return the roles, of which some go to the first column alone that could have them."""
    return [
        IGNORED if role in single and role in roles[:position] else role
        for position, role in enumerate(roles)
    ]
