"""Every column that can hold a person's data stands in docs/security.md, with its end."""

import re
from pathlib import Path

from django.apps import apps
from django.db import models

from zivweb.celery import BEAT

TEXT = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
TABLE = TEXT.partition("## Personal data")[2]
ROW = re.compile(r"^\| (\w+\.\w+): ([^|]+) \| ([^|]+) \|([^|]*)\|([^|]*)\|$", re.MULTILINE)
HOLDS = (models.CharField, models.TextField, models.BinaryField, models.JSONField,
         models.GenericIPAddressField)  # fmt: skip

# Columns that say nothing about anybody: states, kinds, settings, keys, digests of our own things.
IMPERSONAL = """
auth.Permission name codename
auth.Group name
contenttypes.ContentType app_label model
mfa.Authenticator type
socialaccount.SocialApp provider provider_id name client_id secret key settings
socialaccount.SocialAccount provider
intake.RawMail data_key state refusal
drafts.Draft data_key state problem token_hash minimum
drafts.Recipient kind reason method source
drafts.Attachment content_type content_id
drafts.PolicySeen digest
delivery.Message data_key
delivery.MessageAttachment content_type content_id
delivery.MessageRecipient kind language state method source
delivery.Reply data_key
delivery.ReplyAttachment content_type
delivery.Tally purpose
contacts.ImportRun source roles state changed_rows conflicts counts failure
contacts.StagedRow verdict reason language
contacts.Contact language name_source
contacts.Datum method source
contacts.PastDatum method source ended_source
contacts.Conflict method source state
contacts.FieldLock method source
contacts.Proposal state
contacts.ExternalId source
flow.EventCount event label
flow.FailedRow task model reason
notifications.Notification data_key channel kind about key state error report
accounts.Organization name language time_zone policy_data trusted_networks
accounts.Logo content_type digest
accounts.Domain name code_hash
accounts.User language
accounts.SmtpCredential username password_hash
accounts.ApiKey key_hash
accounts.AuditEntry verb about
accounts.AuditSeal marks_digest previous digest
accounts.IdentityProvider name server_url issuer client_id secret
accounts.SecondFactorKey data_key
vault.Blob data_key
vault.KeyUse key_id
"""


def columns() -> set[str]:
    """Return every column of text, bytes or JSON."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
        if isinstance(field, HOLDS) and not field.generated
    }


def impersonal() -> set[str]:
    """Return the columns that hold nobody's data."""
    rows = [line.split() for line in IMPERSONAL.split("\n") if line]
    return {f"{model}.{name}" for model, *names in rows for name in names}


def personal() -> set[str]:
    """Return the columns of the table."""
    return {
        f"{model}.{name.strip()}"
        for model, names, *_rest in ROW.findall(TABLE)
        for name in names.split(",")
    }


def test_every_column_is_in_the_table_or_holds_nothing_of_anybody() -> None:
    assert sorted(columns() - personal() - impersonal()) == []


def test_no_column_is_in_both_and_none_is_made_up() -> None:
    assert sorted(personal() & impersonal()) == []
    assert sorted((personal() | impersonal()) - columns()) == []


def test_every_sweep_that_is_named_runs() -> None:
    named = set(re.findall(r"`(\w+\.tasks\.\w+)`", TABLE))
    assert len(named) > 8
    assert sorted(named - BEAT.keys()) == []


def test_every_row_has_an_end_or_says_why_not() -> None:
    rows = ROW.findall(TABLE)
    assert [
        row for row in rows if not (row[3].strip() and row[4].strip()) and "nothing" not in row[2]
    ] == []
