"""Made-up mobile numbers of every country, and the texts that they come in."""

import functools
import itertools
import random
from collections.abc import Iterator

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from tests.examples import EXAMPLES

MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
CHANCE = random.Random(164)  # noqa: S311  the same every time


@functools.cache
def mobile_numbers() -> list[tuple[str, PhoneNumber]]:
    """Return as many (country, number) as property tests try, of every length that is used."""
    found = itertools.chain.from_iterable(map(_of_region, itertools.cycle(REGIONS)))
    return list(itertools.islice(found, EXAMPLES))


def _of_region(region: str) -> Iterator[tuple[str, PhoneNumber]]:
    for _ in range(3):
        number = _made(region)
        valid = number is not None and phonenumbers.is_valid_number_for_region(number, region)
        if number is not None and valid and phonenumbers.number_type(number) in MOBILE:
            yield region, number


def _made(region: str) -> PhoneNumber | None:
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if example is None or metadata is None or metadata.mobile is None:
        return None
    start = phonenumbers.national_significant_number(example)[: CHANCE.randint(2, 4)]
    usual = len(phonenumbers.national_significant_number(example))
    lengths = [length for length in metadata.mobile.possible_length if length > 0] or [usual]
    digits = start + "".join(CHANCE.choices("0123456789", k=20))
    digits = digits[: CHANCE.choice(lengths)]
    zero = True if digits.startswith("0") else None
    return PhoneNumber(example.country_code, int(digits), italian_leading_zero=zero)


def e164(number: PhoneNumber) -> str:
    """Return the one form of a number."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def as_typed(number: PhoneNumber) -> list[str]:
    """Return a number as people write it, at home and abroad."""
    forms = (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
    return [phonenumbers.format_number(number, form) for form in forms]


def of_spreadsheet(number: PhoneNumber) -> list[str]:
    """Return what a spreadsheet makes of a number that it takes for an amount."""
    digits = phonenumbers.national_significant_number(number).lstrip("0") or "0"
    thousands = f"{int(digits):,}"
    endings = [f"{digits}{end}" for end in (".0", ".00", ",0", ",00", ".000", ".5", ".0000002")]
    grouped = [thousands, f"{thousands}.0", f"{thousands}.00", thousands.replace(",", " ") + ".0"]
    european = thousands.replace(",", ".")
    apart = [f"{digits}{end}" for end in (" .0", ". 0", "-0", " 0", " (0)")]
    powers = [f"{int(digits):E}", f"{float(digits):.3E}", f"{int(digits):e}".replace("+", "")]
    country = [f"{e164(number)[1:]}.0", f"{e164(number)}.0"]
    dotted = [european, f"{european},00", f"{european}.0", f"({digits}.0)"]
    return [*endings, *grouped, *dotted, *apart, *powers, *country]


def with_extension(number: PhoneNumber) -> list[str]:
    """Return a number with an extension behind it."""
    endings = (
        " (12)",
        "(7)",
        " ext. 12",
        " x12",
        " #12",
        " tst 12",
        ";ext=12",
        "~12",
        "/12",
        " / 3",
    )
    return [f"{text}{ending}" for text in as_typed(number) for ending in endings]


def with_trunk_zero(number: PhoneNumber) -> list[str]:
    """Return a number from abroad with the zero that is dialled at home, also where none is."""
    digits = phonenumbers.national_significant_number(number)
    starts = f"+{number.country_code}", f"00{number.country_code}"
    return [f"{start} {zero}{digits}" for start in starts for zero in ("(0)", "(0) ", "0", "( 0 )")]


def two_at_once(number: PhoneNumber, other: PhoneNumber) -> list[str]:
    """Return two numbers in one cell."""
    between = ("/", " / ", " ", "\n", " - ", "-", ";", ", ", "  ", " of ", "|", "\u00a0", ".")
    pairs = zip(as_typed(number), as_typed(other), strict=True)
    return [f"{one}{sign}{two}" for one, two in pairs for sign in CHANCE.sample(between, 4)]
