"""The API against its own description: right and wrong calls, made up by schemathesis."""

from contextlib import closing
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import negative_data_rejection

from accounts.actions import create_api_key
from tests.contacts.people import make_people
from zivweb.wsgi import application

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def served(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer as a server does: all of it, and then closed (PEP 3333)."""
    with closing(application(environ, start_response)) as answer:  # type: ignore[type-var]
        return list(answer)


DESCRIPTIONS = ("/api/v1/openapi.json", "/api/organization/verification_suggestions/openapi.json")
OPERATIONS = [
    found.ok()
    for path in DESCRIPTIONS
    for found in schemathesis.openapi.from_wsgi(path, served).get_all_operations()
    if isinstance(found, Ok)
]

Operation = APIOperation[Any, Any, Any, Any]


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_a_call_does_what_its_description_says(operation: Operation, mode: GenerationMode) -> None:
    """No 500, no undescribed status or body.

    Whether each wrong call is refused is not asked: the key is always sent, also where the call
    was wrong by having none, and parameters that nobody knows are ignored, as on any page.
    """
    key = create_api_key(make_people().admin.organization, "CRM")

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(
            headers={"Authorization": f"Bearer {key}"}, excluded_checks=[negative_data_rejection]
        )

    call()
