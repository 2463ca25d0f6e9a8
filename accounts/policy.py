"""The switches of an organization, as one frozen value. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from addresses.phone import region_of

SMS, ACCESS_CODE, EMAIL = "sms", "access_code", "email"
LEVELS: Mapping[str, int] = {SMS: 3, ACCESS_CODE: 2, EMAIL: 1}
METHODS = (SMS, ACCESS_CODE)

DRAFT, HEADER, PERSONAL, ORGANIZATION = "draft", "header", "personal", "organization"

EDIT, PROPOSE, READ = "edit", "propose", "read"


# Numbers of no country: satellite phones and networks at sea and in the air (+870, +881, +882).
STATELESS = "001"
# Regions whose mobile numbers nobody can tell from those of another: that one counts for both.
SHARED_NUMBERS: Mapping[str, str] = {
    "AX": "FI",
    "BL": "GP",
    "CC": "AU",
    "CX": "AU",
    "EH": "MA",
    "MF": "GP",
    "SJ": "NO",
    "TA": "SH",
    "VA": "IT",
}
# Where codes by SMS may go until an admin says otherwise: the EEA, Switzerland, Great Britain with
# the islands that share its code, and the whole Kingdom of the Netherlands.
SMS_COUNTRIES = (
    *("AT", "AW", "BE", "BG", "BQ", "CH", "CW", "CY", "CZ", "DE", "DK", "EE", "ES", "FI"),
    *("FR", "GB", "GG", "GR", "HR", "HU", "IE", "IM", "IS", "IT", "JE", "LI", "LT", "LU"),
    *("LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "SX"),
)


LISTS = {"reminder_hours", "sms_countries", "work_days"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organization allows; the defaults are those of a new organization.

    `work_days` (0: Monday), `work_from` and `work_until` (hours of the day) are when people work.
    `sms_countries` and `sms_a_day` bound the codes by SMS. `phrase` stands in recipients' mails
    and on their pages; `mail_from` is the address their mails come from ("": the product's own).
    `second_factor`: who signs in here needs a passkey or an app beside a password or code.
    `keep_signed_in_days` is how long a person may stay signed in on a computer (0: not offered).
    """

    sms_new: bool = True
    sms_personal: bool = True
    sms_organization: bool = True
    access_code_new: bool = True
    access_code_personal: bool = True
    access_code_organization: bool = True
    web_sending: bool = True
    organization_book: str = READ
    send_when_complete: bool = False
    splitting: bool = False
    learn_proven: bool = True
    default_country: str = "NL"
    keep_drafts_days: int = 14
    reminder_hours: tuple[int, ...] = (4, 24, 72)
    remind_before_expiry_hours: int = 24
    keep_messages_days: int = 90
    keep_audit_years: int = 6
    work_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    work_from: int = 9
    work_until: int = 17
    hand_over: bool = True
    keep_signed_in_days: int = 0
    second_factor: bool = False
    sms_countries: tuple[str, ...] = SMS_COUNTRIES
    sms_a_day: int = 2000
    trusted_devices: bool = False
    replies_in_full: bool = False
    subject_in_mail: bool = False
    phrase: str = ""
    mail_from: str = ""

    def allows(self, method: str, source: str) -> bool:
        """Tell whether data of this method may be used from this source."""
        place = source if source in {PERSONAL, ORGANIZATION} else "new"
        return method in METHODS and bool(getattr(self, f"{method}_{place}"))

    def allows_sms_to(self, number: str) -> bool:
        """Tell whether codes by SMS may go to the country of a number (E.164).

        Pages, the verdict on a draft and the moment of sending all ask this.
        """
        return region_of(number) in self.sms_countries

    def methods_to_type(self) -> tuple[str, ...]:
        """Return the methods that a sender may use on the draft page, strongest first."""
        return tuple(method for method in METHODS if self.allows(method, DRAFT))

    def any_method(self) -> bool:
        """Tell whether any recipient can be verified at all."""
        places = (DRAFT, PERSONAL, ORGANIZATION)
        return any(self.allows(method, place) for method in METHODS for place in places)

    def to_json(self) -> dict[str, Any]:
        """Return the switches as plain data."""
        return asdict(self)


def policy_from_json(data: Mapping[str, Any]) -> Policy:
    """Return the policy of stored data; a switch that is not stored has its default."""
    known = {field.name for field in fields(Policy)}
    values = {name: value for name, value in data.items() if name in known}
    for name in LISTS & values.keys():
        values[name] = tuple(values[name])
    return Policy(**values)
