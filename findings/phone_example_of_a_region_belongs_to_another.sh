#!/bin/sh
# phonenumbers 9.0.43 (libphonenumber)
# Expected: the example mobile number that the library gives for a region is a number of that region:
# a list of countries that may get an SMS can be tried with the example of each.
# Seen: for nine regions that share a country code, the example is told to be of another one, which comes first
# of those that the digits fit: who allows only Guadeloupe is right, who allows only Saint Martin allows nobody.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check phonenumbers==9.0.43
venv/bin/python - <<'PYTHON'
import phonenumbers
from phonenumbers import PhoneNumberType

strays = {}
for region in sorted(phonenumbers.SUPPORTED_REGIONS):
    example = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    told = example and phonenumbers.region_code_for_number(example)
    if example and told != region:
        assert phonenumbers.is_valid_number_for_region(example, region)
        strays[region] = told
assert strays == {
    "AX": "FI", "BL": "GP", "CC": "AU", "CX": "AU", "EH": "MA", "IM": "GB", "MF": "GP", "SJ": "NO", "VA": "IT",
}, strays
PYTHON
echo "As described."
