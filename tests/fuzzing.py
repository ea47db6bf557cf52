"""What schemathesis is told of this API that OpenAPI has no words for; see `scripts/fuzz-api`."""

import json
from typing import Any

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/ndjson", "application/jsonl")
def as_lines(_context: Any, value: Any) -> bytes:
    """Write a generated body as an import takes it: text, one JSON value a line."""
    return (value if isinstance(value, str) else json.dumps(value)).encode()


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Leave out of good requests what changes the shape of an answer.

    `fields` leaves out required fields and `Prefer: return=minimal` the whole body, as was asked:
    a schema cannot depend on a parameter. Tests of ours ask for both.
    """
    if case.meta is None or case.meta.generation.mode.is_positive:
        (case.query or {}).pop("fields", None)
        (case.headers or {}).pop("Prefer", None)
