"""Requests made up from the OpenAPI document: whatever they hold, an answer that is documented."""

from contextlib import suppress

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import serving

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def test_made_up_requests_get_documented_answers():
    with serving() as client:
        schema = schemathesis.openapi.from_url(f"{client.base_url}api/v1/openapi.json")
        for operation in schema.get_all_operations():
            for mode in GenerationMode:
                _try(operation.ok(), mode)


def _try(operation, mode):
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def answered(case):
        case.call_and_validate(checks=CHECKS)

    # What takes nothing cannot be asked wrongly.
    with suppress(Unsatisfiable):
        answered()
