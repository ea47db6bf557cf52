"""Pages of positions, which are found by walking opinions, hold what deriving all of them does."""

from itertools import product
from urllib.parse import urlencode

import orjson
import pytest

from tests.conftest import World
from tests.reports import COUNTRIES, PAPERS, PEOPLE, opinion, questions

STANCES = ("support", "oppose", "neutral", "strong_support", "no_position")
STATED = ("2001", "null", "2003-05-06", "2002/2004", "null", "1999-12", "2003-05-06")
#: Every holder has one to three opinions on each question, of all sorts and times.
OPINIONS = "".join(
    opinion(
        f"{holder.lower()}-{about}-{i}",
        holder,
        about,
        STANCES[(h + 2 * q + i) % 5],
        STATED[(3 * h + q + 2 * i) % 7],
        document=("paper", "undated", "second")[(h + i) % 3],
    )
    for (h, holder), (q, about) in product(
        enumerate(("ann", "bob", "cid", "KAZ")), enumerate(("join", "pay", "go"))
    )
    for i in range(1 + (h + q) % 3)
)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"sort": "-holder"},
        {"sort": "question"},
        {"sort": "-question,holder"},
        {"sort": "last_stated"},
        {"sort": "-last_stated"},
        {"sort": "last_stated", "stance": "oppose,support"},
        {"stance": "neutral"},
        {"stance": "no_position", "sort": "-last_stated"},
        {"as_of": "2003-05-06"},
        {"as_of": "2002-01-01", "sort": "question"},
        {"subject": "KAZ"},
        {"country": "KAZ", "stance": "support,strong_support"},
        {"document": "paper"},
        {"attribution": "paraphrase", "holder_kind": "person"},
        {"stated_from": "2002-01-01"},
        {"stated_to": "2001-06-01", "sort": "last_stated"},
    ],
    ids=urlencode,
)
def test_pages_hold_what_the_whole_does(query: dict[str, str], world: World) -> None:
    client = world(
        people=PEOPLE,
        countries=COUNTRIES,
        documents=PAPERS,
        questions=questions("join", "pay", "go"),
        opinions=OPINIONS,
    )
    streamed = client.get(f"/v1/positions?{urlencode({**query, 'format': 'ndjson'})}")
    whole = [orjson.loads(line) for line in streamed.text.splitlines()]
    assert whole
    address, paged = f"/v1/positions?{urlencode({**query, 'limit': '1'})}", []
    while address:
        page = client.get(address).json()
        assert page["meta"]["total"] == len(whole)
        paged += page["data"]
        address = page["links"]["next"]
    assert paged == whole
