"""A refusal teaches: what is wrong and what would be right, in words and never in patterns.

Every field of every shape that callers can write is given every sort of wrong value; what comes
back must be in our words, whichever fault the validator found.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from starlette.testclient import TestClient

from app.forms import FORMS
from app.records.faults import SourceLocation
from app.records.kinds import KINDS
from app.records.validation import GivenRecord, validate
from app.resources.records.documents import Quote
from app.validation_messages import message
from app.web.request_schemas import input_schemas

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, 10**30, "", " ", "NATO", "x" * 5000, "\x00", "\ud800", "A b", "1.5",
    [], ["x"], [1], [None], [{}], [[]], ["x"] * 600, {}, {"a": 1}, {"id": 5}, {"document": 1},
    [{"document": "d", "paragraph": "x", "start": -1, "end": 1.5}],
    [{"document": "d", "record": 7}],
       [{"actor": "KAZ", "role": "wrong"}], [{"text": "x", "reason_type": "wrong", "more": 1}],
    {"edtf": 5}, {"edtf": "1996", "basis": "wrong"}, {"text": []},
    {"edtf": "1996", "precision": "day"}, {"text": "once", "earliest": "1996-01-01"},
)  # fmt: skip
#: The validator's own language, and the signs of a pattern.
FOREIGN = re.compile(
    r"Input should|instance of|Field required|valid (string|dictionary|integer|list|tuple)|pydantic"
    r"|<[A-Z]\w+[.:]|\bNone\b|Extra inputs|Value error"
    r"|\[a-z|\[A-Z|\[0-9|\^\S|\\d|\\S|errors\.pydantic|can stand here"
)
PLACE = {"document": "paper", "paragraph": 1, "start": 0, "end": 9}
#: A record of each kind that is right but for what its field is given.
RIGHT: dict[str, dict[str, Any]] = {
    "dataset": {"title": "T", "licence": "MIT", "citation": "C"},
    "document": {"source_type": "official"},
    "topic": {"name": "T"},
    "country": {"name": "Aland"},
    "organization": {"name": "N"},
    "person": {"name": "A"},
    "group": {"name": "G"},
    "agreement": {
        "title": "P",
        "agreement_type": "accord",
        "status": "signed",
        "evidence": [PLACE],
    },
    "question": {"title": "T?", "proposition": "T.", "kind": "policy"},
    "event": {"title": "V", "event_type": "visit", "evidence": [PLACE]},
    "opinion": {
        "holder": "ann",
        "question": "join",
        "stance": "support",
        "attribution": "vote",
        "evidence": [PLACE],
    },
}


def right(kind: str) -> dict[str, Any]:
    record_id = "XAA" if kind == "country" else "one"
    return {"id": record_id, "dataset": "small", **RIGHT[kind]}


def refusals(kind: str, field: str) -> Iterator[tuple[Any, str]]:
    for wrong in WRONG:
        found = validate(KINDS[kind], right(kind) | {field: wrong}, SourceLocation("body", 0))
        if not isinstance(found, GivenRecord):
            yield from ((wrong, fault.detail) for fault in found)


@pytest.mark.parametrize("kind", KINDS)
def test_no_refusal_of_a_record_is_in_the_validators_language(kind: str) -> None:
    assert isinstance(validate(KINDS[kind], right(kind), SourceLocation("body", 0)), GivenRecord)
    for field in KINDS[kind].record.model_fields:
        told = list(refusals(kind, field))
        assert told, f"nothing is wrong for {field}"
        for wrong, detail in told:
            assert not FOREIGN.search(detail), (field, wrong, detail)
            assert 3 < len(detail) < 1000, (field, wrong, detail)


@pytest.mark.parametrize("field", Quote.model_fields)
def test_no_refusal_of_a_quote_is_in_the_validators_language(field: str) -> None:
    quote = {"document": "d", "start": 0, "end": 1, "exact": "x"}
    for wrong in WRONG:
        try:
            Quote.model_validate(quote | {field: wrong})
        except ValidationError as error:
            for found in error.errors():
                assert not FOREIGN.search(message(found, Quote)), (wrong, message(found, Quote))


def patterns_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for inner in schema.values():
            yield from patterns_in(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from patterns_in(inner)


def test_every_pattern_that_a_body_must_match_has_words() -> None:
    found = set(patterns_in(input_schemas())) | set(patterns_in(Quote.model_json_schema()))
    assert found
    assert found <= FORMS.keys()
    assert not any(FOREIGN.search(form.words) for form in FORMS.values())


SAID: tuple[tuple[str, str, Any, str], ...] = (
    ("person", "id", "NATO", "'NATO' should be lower-case words of a-z and 0-9 joined by hyphens, "
    "such as 'partnership-for-peace'; did you mean 'nato'?"),
    ("document", "id", "Straße 1", "did you mean 'strasse-1'?"),
    ("country", "id", "kaz", "'kaz' should be three capital letters, such as 'KAZ' (ISO 3166-1); "
    "did you mean 'KAZ'?"),
    ("country", "iso3166_1_numeric", "4", "'4' should be three digits with their zeros, such as "
    "'004'; did you mean '004'?"),
    ("document", "language", "EN_us", "'EN_us' should be the tag of a language, such as 'en', "
    "'kk' or 'sr-Latn' (BCP 47); did you mean 'en-us'?"),
    ("document", "sha256", "AB" * 32, f"did you mean '{'ab' * 32}'?"),
    ("document", "url", "un.org/a", "did you mean 'https://un.org/a'?"),
    ("document", "characters", "many", "'many' should be a whole number, such as 12"),
    ("document", "characters", -1, "-1 should be 0 or more"),
    ("document", "characters", True, "is true, and should be a whole number"),
    ("opinion", "evidence", [PLACE | {"start": False}], "is false, and should be a whole number"),
    ("question", "date", {"edtf": "1996", "precision": "day"}, "precision 'day' does not follow "
    "from edtf; 'year' does"),
    ("question", "date", {"text": "once", "latest": "1996-12-31"}, "latest '1996-12-31' does not "
    "follow from edtf; leave it null"),
    ("opinion", "conditions", ["The other bank agrees."], "is the text 'The other bank agrees.', "
    "and should be an object with text"),
    ("opinion", "conditions", "If so", "is the text 'If so', and should be a list"),
    ("opinion", "evidence", [5], "is the number 5, and should be an object with document, "
    "paragraph, start, end, exact, record"),
    ("opinion", "stance", "suport", "'suport' is not in the vocabulary; did you mean 'support'?"),
    ("person", "name", "", "is empty, and must have characters"),
    ("person", "name", 5, "is the number 5, and should be text"),
    ("person", "nam", "x", "unknown key; did you mean 'name'?"),
    ("person", "other_names", ["x"] * 101, "has 101 entries, and may have at most 100"),
)  # fmt: skip


@pytest.mark.parametrize(("kind", "field", "wrong", "said"), SAID)
def test_a_refusal_says_what_would_be_right(kind: str, field: str, wrong: Any, said: str) -> None:
    found = validate(KINDS[kind], right(kind) | {field: wrong}, SourceLocation("body", 0))
    assert not isinstance(found, GivenRecord)
    assert any(fault.detail.endswith(said) for fault in found), [str(one) for one in found]


def test_the_words_for_a_fault_that_nobody_thought_of_are_ours() -> None:
    class Other(BaseModel):
        moment: complex

    with pytest.raises(ValidationError) as refused:
        Other.model_validate({"moment": "x"})
    [found] = refused.value.errors()
    assert message(found, Other) == "is not a value that can stand here"


def test_a_body_of_the_wrong_kind_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/v1/verify", json={"document": 5, "start": "a", "exact": "x"})
    assert answer.status_code == 422
    told = {one["pointer"]: one["detail"] for one in answer.json()["errors"]}
    assert told == {
        "/document": "is the number 5, and should be text",
        "/start": "is the text 'a', and should be a whole number",
        "/end": "is missing, and must be given",
    }
