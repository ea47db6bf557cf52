"""The words of the pages: none doubled, each article right, each link known by its name."""

import re
from collections import defaultdict
from html import unescape

import pytest
from starlette.testclient import TestClient

from app.errors import with_article
from tests.conftest import World
from tests.explorer.test_pages import ASSEMBLY, ASSEMBLY_PAGES, PAGES, page_of, text_of

#: A word, a space, and the same word again.
DOUBLED = re.compile(r"\b([^\W\d]{2,})\s+\1\b", re.IGNORECASE)
WRONG_ARTICLE = re.compile(
    r"\b(?:a (?=[aio]|e(?!u)|u(?!n[iah]|s|ti|\b|k))|an (?=[bcdfgjklmnpqrstvwxyz]\w))\w+",
    re.IGNORECASE,
)
#: Links of one name that lead to several places, which only their surroundings tell apart.
LINK = re.compile(r'<a\b([^>]*)href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def words_of(page: str) -> str:
    """The text of a page, a sentence for each of its blocks: what stands apart is not doubled."""
    body = page.split("<body>", 1)[1]
    body = re.sub(r"<svg.*?</svg>|<pre.*?</pre>|<option.*?</option>", " . ", body, flags=re.DOTALL)
    blocks = re.sub(
        r"</?(?:p|li|ul|ol|h\d|td|th|tr|dt|dd|div|section|label|a|q)\b[^>]*>", " . ", body
    )
    return " ".join(unescape(re.sub(r"<[^>]*>", "", blocks)).split())


def faults_of(text: str) -> list[str]:
    """Doubled words, and articles that do not fit what follows."""
    found = [*DOUBLED.finditer(text), *WRONG_ARTICLE.finditer(text)]
    return [text[max(0, one.start() - 30) : one.end() + 30] for one in found]


def unclear_links(page: str) -> dict[str, set[str]]:
    """The names of links that lead to more than one place, with these places.

    A cell of a matrix is left out: readers hear it with the names of its row and its column.
    """
    places = defaultdict(set)
    named_by_headers = re.sub(r"<td\b.*?</td>", "", page, flags=re.DOTALL)
    for _, target, inner in LINK.findall(named_by_headers if 'class="matrix' in page else page):
        name = " ".join(unescape(re.sub(r"<[^>]*>", "", inner)).split())
        places[name].add(target)
    return {name: found for name, found in places.items() if len(found) > 1 and not _same(found)}


def _same(targets: set[str]) -> bool:
    """Whether places are one page: at another point of it, or with another query."""
    return len({re.split("[?#]", one)[0] for one in targets}) == 1


@pytest.mark.parametrize("address", PAGES)
def test_no_page_doubles_a_word_or_has_a_wrong_article(client: TestClient, address: str) -> None:
    assert faults_of(words_of(page_of(client, address))) == []


@pytest.mark.parametrize("address", PAGES)
def test_each_name_of_a_link_leads_to_one_page(client: TestClient, address: str) -> None:
    assert unclear_links(page_of(client, address)) == {}


def test_the_pages_of_an_assembly_read_as_well(world: World) -> None:
    client = world(**ASSEMBLY)
    for address in ASSEMBLY_PAGES:
        page = page_of(client, address)
        assert faults_of(words_of(page)) == [], address
        assert unclear_links(page) == {}, address


def test_the_description_of_the_api_has_neither(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    texts = [
        text
        for place in _within(document)
        for key, text in place.items()
        if key in ("summary", "description") and isinstance(text, str)
    ]
    assert len(texts) > 300
    assert [fault for text in texts for fault in faults_of(text.replace("`", ""))] == []


def _within(found: object) -> list[dict[str, object]]:
    """Every object within a JSON document."""
    if isinstance(found, list):
        return [one for item in found for one in _within(item)]
    if not isinstance(found, dict):
        return []
    return [found, *(one for item in found.values() for one in _within(item))]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("signed signed 1996", 1),
        ("the id of a opinion already", 1),
        ("an person", 1),
        ("an opinion of a union, a European hour and an hour of a user", 0),
        ("the id of an organization", 0),
    ],
)
def test_such_faults_would_be_found(text: str, faults: int) -> None:
    assert len(faults_of(text)) == faults


@pytest.mark.parametrize(
    ("noun", "said"),
    [("opinion", "an opinion"), ("person", "a person"), ("agreement", "an agreement")],
)
def test_a_noun_has_its_article(noun: str, said: str) -> None:
    assert with_article(noun) == said


def test_a_country_lists_an_agreement_once_and_says_signed_once(client: TestClient) -> None:
    page = page_of(client, "/countries/KAZ")
    section = page.split('<h2 id="agreements">')[1].split("</section>")[0]
    text = text_of(section)
    assert text.count("Talks on Kazakh troops for Afghanistan") == 1
    assert "signed 1996" in text
    assert "signed signed" not in text
    assert text.index("security agreement of 1996") < text.index("Only talked of")
    assert text.index("Only talked of") < text.index("Talks on Kazakh troops")
    assert re.search(r'security agreement of 1996</a>.*?href="/documents/[^"]+#p1"', section, re.S)


def test_the_record_of_each_vote_is_known_by_the_voter(world: World) -> None:
    page = page_of(world(**ASSEMBLY), "/questions/q0")
    assert ">source<" not in page
    assert "what is recorded of Voter 01" in text_of(page)
