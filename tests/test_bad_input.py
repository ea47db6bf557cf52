"""No input gives a 5xx, and every refusal says what was wrong and what would be right."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from starlette.testclient import TestClient

from tests.description import DESCRIPTION
from tests.test_contract import collections, operations, parameters, required

NASTY = {
    "NUL": "%00",
    "bad UTF-8": "%ff%fe",
    "a lone surrogate": "%ed%a0%80",
    "a control character": "%1f",
    "a mark": "%1factor:KAZ",
    "a bidirectional override": "%e2%80%ae",
    "5,000 digits": "9" * 5000,
    "a negative number": "-1",
    "a fraction": "1.5",
    "not a number": "NaN",
    "SQL": quote("' OR 1=1; DROP TABLE opinions --"),
    "a union": quote('") union select body from opinions --'),
    "FTS syntax": quote('nato" OR *:^NEAR( -x'),
    "only punctuation": quote("!?*()\"'"),
    "a wildcard": quote("%_"),
    "a path": quote("../../etc/passwd"),
    "HTML": quote("<script>alert(1)</script>"),
    "nothing": "",
    "commas": ",,,",
    "an emoji": quote("🇰🇿"),
    "year 0": "0000-01-01",
    "before the common era": "-0044-03-15",
    "a day that is none": "2006-02-30",
    "a year alone": "2006",
}
PLACES = [
    (path, name)
    for path, told in operations().items()
    if path.startswith("/v1")
    for name in parameters(told)
]


@pytest.mark.parametrize(("path", "name"), PLACES)
def test_no_value_of_any_parameter_breaks_the_service(
    client: TestClient, path: str, name: str
) -> None:
    for what, value in NASTY.items():
        answer = client.get(f"{path}?{'' if name == 'q' else required(path)}{name}={value}")
        assert answer.status_code in (200, 422), f"{name} = {what}: {answer.text[:300]}"
        if answer.status_code == 422:
            assert_problem(answer)


def assert_problem(answer: Any) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "instance", "code"} <= set(body)
    assert body["status"] == answer.status_code
    for leak in ("Traceback", "SELECT ", 'File "', "sqlalchemy", "/site-packages/"):
        assert leak not in answer.text


@pytest.mark.parametrize(
    ("query", "parameter", "said"),
    [
        ("limit=0", "limit", "from 1 to 500"),
        ("limit=501", "limit", "from 1 to 500"),
        ("limit=ten", "limit", "from 1 to 500"),
        ("limit=1&limit=2", "limit", "twice"),
        ("sort=colour", "sort", "known here"),
        ("sort=-stated_at", "sort", "'-stated'"),
        ("fields=id,stanze", "fields", "'stance'"),
        ("facets=body", "facets", "known here"),
        ("facets=" + ",".join(["holder"] * 501), "facets", "at most 500"),
        ("holder=" + "a" * 121, "holder", "120 characters"),
        ("stance=opose", "stance", "'oppose'"),
        ("stance=support,opose", "stance", "'oppose'"),
        ("attribution=direct-quote", "attribution", "direct_quote"),
        ("holder=azimbay-gali", "holder", "'azimbai-gali'"),
        ("country=Kazakstann", "country", "kaza"),
        ("question=nato-membership", "question", "known"),
        ("topic=nukes", "topic", "topic"),
        ("document=kazakhstan-nato-analyses", "document", "'kazakhstan-nato-analysis'"),
        ("dataset=un", "dataset", "kazakhstan-nato"),
        ("as_of=2006", "as_of", "YYYY-MM-DD"),
        ("as_of=2006-13-01", "as_of", "YYYY-MM-DD"),
        ("known_at=yesterday", "known_at", "RFC 3339"),
        ("known_at=2026-11-24T12:00:00 01:00", "known_at", "%2B"),
        ("format=xml", "format", "ndjson"),
        ("cursor=abc", "cursor", "links.next"),
        ("cursor=", "cursor", "links.next"),
        ("stated_from=2006-1-1", "stated_from", "YYYY-MM-DD"),
        ("Holder=azimbai-gali", "Holder", "'holder'"),
    ],
)
def test_a_refusal_names_the_parameter_and_the_right_value(
    client: TestClient, query: str, parameter: str, said: str
) -> None:
    answer = client.get(f"/v1/opinions?{query}")
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert fault["parameter"] == parameter
    assert said in fault["detail"]


def test_a_wrong_country_is_not_answered_with_a_number_like_it(client: TestClient) -> None:
    [fault] = client.get("/v1/opinions?country=3981").json()["errors"]
    assert "did you mean '" not in fault["detail"], "no number is nearly another country's"


def test_all_faults_of_a_query_are_told_together(client: TestClient) -> None:
    faults = client.get("/v1/opinions?stance=x&limit=0&colour=red").json()["errors"]
    assert {fault["parameter"] for fault in faults} == {"stance", "limit", "colour"}


@pytest.mark.parametrize("path", collections())
def test_a_cursor_of_another_query_or_a_changed_one_is_refused(
    client: TestClient, path: str
) -> None:
    base = f"{path}?{required(path)}limit=1"
    link = client.get(base).json()["links"]["next"]
    if link is None:
        pytest.skip("one row: there is no next page")
    cursor = link.partition("cursor=")[2]
    changed = [
        cursor[:i] + ("A" if cursor[i] != "A" else "B") + cursor[i + 1 :]
        for i in range(len(cursor))
    ]
    for token in (*changed, cursor[:-1], cursor + "A", cursor + "="):
        assert client.get(f"{base}&cursor={token}").status_code == 422, token
    sort = parameters(operations()[path])["sort"]["schema"]["items"]["enum"][1]
    assert client.get(f"{base}&sort={sort}&cursor={cursor}").status_code == 422
    assert client.get(f"{base}&cursor={cursor}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [path for path, methods in DESCRIPTION["paths"].items() if "get" in methods and "{id}" in path],
)
@pytest.mark.parametrize("given", ["nope", "%00", "%ff", "a" * 5000, "' OR 1=1", "🇰🇿", "-"])
def test_an_id_that_does_not_exist_is_a_404(client: TestClient, path: str, given: str) -> None:
    answer = client.get(path.replace("{id}", given))
    assert answer.status_code == 404, answer.text
    assert_problem(answer)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "not JSON"),
        (b"", 400, "not JSON"),
        (b"\xff", 400, "not JSON"),
        (b"[" * 100_000, 400, "not JSON"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "not JSON"),
        (b"{}", 422, "must be given"),
        (b'{"document":"x","start":' + b"9" * 5000 + b',"end":2,"exact":"a"}', 400, "not JSON"),
        (b'{"document":"x","start":NaN,"end":2,"exact":"a"}', 400, "not JSON"),
        (b'{"document":"nope","start":0,"end":2,"exact":"a"}', 404, "nope"),
        (b'{"document":"kazakhstan-nato-analysis","start":0,"end":2,"exact":"a"}', 409, "attach"),
        (b'{"document":"x","start":0,"end":2,"exact":"a","more":1}', 422, "unknown key"),
        (b"1" * 2_000_000, 413, "at most"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    client: TestClient, body: bytes, status: int, said: str
) -> None:
    answer = client.post("/v1/verify", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text[:300]
    assert_problem(answer)
    assert said in answer.json()["detail"]


def test_a_body_of_another_type_is_refused(client: TestClient) -> None:
    assert client.post("/v1/verify", content=b"{}").status_code == 415
    encoded = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert client.post("/v1/verify", content=b"{}", headers=encoded).status_code == 415


@pytest.mark.parametrize("path", ["/nope", "/v1/nope", "/v1/countries/", "/v2", "/v1/verify/x"])
def test_an_address_that_does_not_exist_is_a_problem_too(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert_problem(answer)


def forged(path: str, cursor: str, place: bytes) -> str:
    """A cursor as the service would seal it, but holding something else.

    The seal is a public algorithm over what can be read in the service's code, so callers can
    make one: whatever it holds is input like any other.
    """
    query = path.partition("?")[2].split("=")
    asked = [] if query == [""] else [(query[0], query[1].split(","))]
    address = path.partition("?")[0]
    about: list[Any] = [address, cursor, asked]
    if address in ("/v1/topics", "/v1/positions"):
        about = [address.removeprefix("/v1/"), {}, asked]
    seal = hashlib.blake2b(orjson.dumps(about) + place, digest_size=12).digest()
    return urlsafe_b64encode(seal + place).decode().rstrip("=")


SEALED = [
    ("/v1/topics", "cursor", b'["belarus"]'),
    ("/v1/topics?sort=recorded_at", "cursor", b'[1,"belarus"]'),
    ("/v1/positions", "cursor", b'["KAZ","a"]'),
    ("/v1/matrix", "holder_cursor", b'[0,"KAZ"]'),
    ("/v1/changes", "cursor", b'[1,"topic","a"]'),
    ("/v1/timeline", "cursor", b'["1996-01-01","event","a","a"]'),
    ("/v1/divides", "cursor", b'["a"]'),
]
NO_PLACES = [
    *(b'["a","b"]', b"[]", b'[{"a":1}]', b"[[1]]", b"5", b"null", b'"a"', b"{}", b"[true]"),
    *(b'[1,["topic"],"a"]', b'[1,"nothing","a"]', b'[99999999999999999999,"topic","a"]', b"["),
    *(b'["\\u0000"]', b'["\\u0000","a"]', b'[1.5,"a"]', b'[9999999999,"a"]', b"[null,null]"),
]


@pytest.mark.parametrize(("path", "cursor", "place"), SEALED)
def test_a_cursor_that_is_sealed_well_but_holds_nonsense_is_refused(
    client: TestClient, path: str, cursor: str, place: bytes
) -> None:
    def answered(place: bytes) -> Any:
        mark = "&" if "?" in path else "?"
        return client.get(f"{path}{mark}{cursor}={forged(path, cursor, place)}")

    if path != "/v1/divides":  # whose places are its rows, and the shipped data may change
        assert answered(place).status_code == 200, "the test no longer seals as the service does"
    for nonsense in {*NO_PLACES} - {place}:
        told = answered(nonsense)
        if path != "/v1/positions" or nonsense != b'["a","b"]':  # which is a place there
            assert told.status_code == 422, f"{nonsense!r}: {told.text[:300]}"
            assert told.json()["errors"][0]["parameter"] == cursor


@pytest.mark.parametrize(
    ("plain", "encoded"),
    [
        ("country=KAZ&&limit=3&", "countr%79=KAZ&limit=%33"),
        ("q=kazakhstan+nato", "q=kazakhstan%20nato"),
        ("q", "%71="),
        ("q=nato=2", "q=nato%3D2"),
        ("country=KAZ,RUS", "country=KAZ%2CRUS"),
        ("limit", "limi%74="),
    ],
)
def test_a_query_means_the_same_however_it_is_written(
    client: TestClient, plain: str, encoded: str
) -> None:
    first, second = (client.get(f"/v1/opinions?{query}") for query in (plain, encoded))
    assert first.status_code == second.status_code
    named = "data" if first.status_code == 200 else "errors"
    assert first.json()[named] == second.json()[named]


@pytest.mark.parametrize("pair", ["country=KAZ", "countr%79=KAZ"])
def test_a_query_of_too_many_pairs_is_refused(client: TestClient, pair: str) -> None:
    answers = [client.get(f"/v1/opinions?{'&'.join([pair] * number)}") for number in (1000, 1001)]
    assert [one.status_code for one in answers] == [200, 422]
    assert answers[1].json()["detail"] == "a query has at most 1000 values between its &s"


#: What is no day, and what the refusal says of it.
NO_DAYS = [
    ("2001-02-30", "there is no day 2001-02-30"),
    ("1999", "'1999' is 1999-01-01 to 1999-12-31: write the day that is meant"),
    ("1950S2", "'1950S2' is 1900-01-01 to 1999-12-31"),
    ("1984-21", "'1984-21' is 1984-03-01 to 1984-05-31"),
    ("2004-12~", "'2004-12~' is 2004-12-01 to 2004-12-31"),
    ("1996/..", "'1996/..' is open at an end"),
    ("tomorrow", "such as "),
]


@pytest.mark.parametrize(("given", "told"), NO_DAYS)
@pytest.mark.parametrize("address", ["opinions?stated_from", "positions?as_of", "timeline?to"])
def test_a_vague_day_is_refused_with_the_days_it_could_be(
    client: TestClient, address: str, given: str, told: str
) -> None:
    answer = client.get(f"/v1/{address}={given}")
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


@pytest.mark.parametrize(
    "address",
    ["timeline?", "events?", "blocs?", "alignment?a=KAZ&", "search?q=NATO&", "opinions?stated_"],
)
def test_a_period_that_ends_before_it_begins_is_refused(client: TestClient, address: str) -> None:
    asked, _, prefix = address.rpartition("?")
    asked, prefix = (asked, prefix) if prefix in ("", "stated_") else (address[:-1], "")
    joint = "&" if "?" in asked else "?"
    period = f"{prefix}from=2006-01-01&{prefix}to=2005-12-31"
    answer = client.get(f"/v1/{asked}{joint}{period}")
    assert answer.status_code == 422
    assert f"{prefix}from 2006-01-01 is after {prefix}to 2005-12-31" in answer.json()["detail"]


#: An actor as people call it, and what the refusal says.
CALLED = [
    ("opinions?holder=Gali", "'azimbai-gali'"),
    ("opinions?holder=North Atlantic Treaty Organization", "did you mean 'nato'?"),
    ("opinions?holder=Nursultan Nazarbayev", "'nursultan-nazarbayev'"),
    ("opinions?country=NATO", "'nato' (North Atlantic Treaty Organization) is an organization"),
    ("countries?organization=Shanghai Cooperation Organisation", "did you mean 'sco'?"),
    ("countries/NATO", "'nato' (North Atlantic Treaty Organization) is an organization"),
    ("people/Gali", "did you mean 'azimbai-gali'?"),
    ("people/KAZ", "'KAZ' (Kazakhstan) is a country, and no person"),
    ("organizations/North Atlantic Treaty Organization", "did you mean 'nato'?"),
]


@pytest.mark.parametrize(("address", "told"), CALLED)
def test_a_refused_name_is_answered_with_who_is_called_so(
    client: TestClient, address: str, told: str
) -> None:
    answer = client.get(f"/v1/{address}")
    assert answer.status_code in (404, 422)
    assert told in answer.json()["detail"]
