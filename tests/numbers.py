"""Mobile numbers from everywhere, as libphonenumber gives them for examples."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

_KINDS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_STATELESS = {"870": "+870301234567", "881": "+881612345678", "882": "+8823421234"}


def mobile_numbers() -> dict[str, str]:
    """Return a mobile number (E.164) for every region that has one, and for satellites by code.

    Some regions share their numbers with another: libphonenumber gives one of the two as theirs.
    """
    found = {
        region: phonenumbers.format_number(number, PhoneNumberFormat.E164)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in _KINDS
        if (number := phonenumbers.example_number_for_type(region, kind)) is not None
        and phonenumbers.number_type(number) in _KINDS
    }
    return found | _STATELESS
