"""The explorer's pages over HTTP: what they show is what the API gives, and nothing runs."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from app.db.tables import KIND_TABLES
from app.explorer import labels
from app.records.kinds import KINDS
from tests.conftest import World, served

EXPLORER = Path(__file__).parents[2] / "app/explorer"
BROWSING = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = (
    "/",
    "/?country=KAZ&holder_kind=person",
    "/?topic=threat-perceptions&as_of=2006-12-31",
    "/questions/kazakhstan-military-cooperation-with-nato",
    "/questions/kazakhstan-full-nato-membership?holder_kind=person",
    "/countries/KAZ",
    "/countries/rus",
    "/actors/azimbai-gali",
    "/actors/nato",
    "/actors/most-analysts",
    "/agreements/partnership-for-peace",
    "/events/troop-talks-leaked",
    "/opinions/author-cooperation",
    "/timeline",
    "/timeline?kind=event&to=2004-12-31",
    "/alignment",
    "/alignment?a=azimbai-gali&b=sagadat-nurmagambetov&minimum_n=1",
    "/alignment?a=KAZ",
    "/documents/kazakhstan-nato-analysis",
    "/search",
    "/search?q=nato",
    "/search?q=nothing-has-this-word",
    "/codebook",
    "/guide",
)


def page_of(client: TestClient, address: str) -> str:
    answer = client.get(address, headers=BROWSING)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def text_of(page: str) -> str:
    """The page's text as a reader sees it."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


def calls_of(page: str) -> list[tuple[str, str]]:
    """The calls a page offers, each with the total the page counts."""
    found = re.findall(r'data-call="([^"]*)" data-total="([^"]*)"', page)
    return [(unescape(address), total) for address, total in found]


@pytest.mark.parametrize("address", PAGES)
def test_each_call_a_page_offers_answers_with_the_pages_count(
    client: TestClient, address: str
) -> None:
    for call, total in calls_of(page_of(client, address)):
        answer = client.get(call)
        assert answer.status_code == 200, call
        if total:
            assert str(answer.json()["meta"]["total"]) == total, call


@pytest.mark.parametrize("address", [page for page in PAGES if page not in ("/search", "/guide")])
def test_each_view_offers_its_calls_and_says_what_it_is_of(
    client: TestClient, address: str
) -> None:
    page = page_of(client, address)
    assert calls_of(page)
    for language in ("URL", "curl", "Python", "R"):
        assert f"<span>{language}</span>" in page
    assert re.search(r"as of .* · release \d+", text_of(page))


@pytest.mark.parametrize("address", PAGES)
def test_every_link_of_a_page_leads_somewhere(client: TestClient, address: str) -> None:
    page = page_of(client, address)
    links = {unescape(link) for link in re.findall(r'<a [^>]*?href="(/[^"]*)"', page)}
    for link in sorted(links)[:60]:
        answer = client.get(link, headers=BROWSING, follow_redirects=True)
        assert answer.status_code == 200, link


@pytest.mark.parametrize("address", PAGES)
def test_a_fragment_of_a_link_is_on_the_page_it_leads_to(client: TestClient, address: str) -> None:
    links = re.findall(r'<a [^>]*?href="((?:/[^"#]*)?)#([^"]+)"', page_of(client, address))
    for target, fragment in sorted(set(links))[:25]:
        assert f'id="{fragment}"' in page_of(client, unescape(target) or address), (
            target,
            fragment,
        )


def test_the_matrix_shows_the_cells_of_the_api(client: TestClient) -> None:
    page = page_of(client, "/?holder_kind=person")
    [(call, _), *_] = calls_of(page)
    cells = client.get(call).json()["data"]["cells"]
    assert cells
    assert page.count("<td class=") == len(cells)
    for cell in cells:
        assert f'href="/questions/{cell["question"]["id"]}#{cell["holder"]["id"]}"' in page


def test_a_stance_is_a_symbol_and_a_word(client: TestClient) -> None:
    page = page_of(client, "/")
    for mark, word in (
        ("−−", "Strongly opposes"),
        ("++", "Strongly supports"),
        ("∅", "No position"),
    ):
        assert f"<b>{mark}</b> {word}" in page


def test_a_question_shows_five_columns_and_who_is_in_them(client: TestClient) -> None:
    text = text_of(page_of(client, "/questions/kazakhstan-full-nato-membership"))
    columns = re.search(
        r"Strongly opposes 1 .*Nurmagambetov.* Opposes 1 .* Between 0 .*"
        r" Supports 0 .* Strongly supports 1 .*Azimbai Gali",
        text,
    )
    assert columns


def test_one_supports_what_should_be_done_and_agrees_to_what_is_the_case(
    client: TestClient,
) -> None:
    threat = "Is Russia a potential military threat to Kazakhstan?"
    assert f"+ Agrees {threat}" in text_of(page_of(client, "/actors/azimbai-gali"))
    assert f"Azimbai Gali + Agrees {threat}" in text_of(page_of(client, "/countries/KAZ"))
    assert f"Azimbai Gali + Agrees {threat}" in text_of(page_of(client, "/timeline"))
    page = page_of(client, "/questions/russia-threat-to-kazakhstan")
    columns = re.findall(r"<h3 id=\"c\d\">([^<]*) <", page)
    assert columns == ["Strongly disagrees", "Disagrees", "Between", "Agrees", "Strongly agrees"]


def test_all_of_a_country_is_asked_by_the_same_topic(client: TestClient) -> None:
    page = page_of(client, "/countries/KAZ?topic=threat-perceptions")
    calls = [call for call, _ in calls_of(page)]
    assert len(calls) >= 3
    assert all("topic=threat-perceptions" in call for call in calls)
    assert '<input type="hidden" name="topic" value="threat-perceptions">' in page


def test_what_is_wanted_stands_apart_from_what_is_held_to_be_so(client: TestClient) -> None:
    text = text_of(page_of(client, "/countries/KAZ"))
    wanted, held = re.split("What they hold to be so", text)[1:]
    wanted = wanted.split("Who there wants what")[1]
    assert "Should Kazakhstan become a full member of NATO? ++ Strongly supports" in wanted
    assert "Is Russia a potential military threat" not in wanted
    assert "Is Russia a potential military threat to Kazakhstan? + Agrees Azimbai Gali" in held


def test_a_person_is_not_it_and_what_is_wanted_comes_first(client: TestClient) -> None:
    text = text_of(page_of(client, "/actors/azimbai-gali"))
    assert "What Azimbai Gali holds 9 ++ Strongly supports Should Kazakhstan" in text
    assert not re.search(r"\bit (holds|thinks)", text)


def test_the_first_page_says_what_it_is_of_and_promises_no_votes(client: TestClient) -> None:
    text = text_of(page_of(client, "/"))
    assert "Positions on Kazakhstan and NATO, coded from one analysis Who stands where" in text
    assert "votes" not in text.split("Topic")[0]


def test_the_page_of_an_unknown_code_names_the_country(client: TestClient) -> None:
    assert "<h1>Russia</h1>" in page_of(client, "/countries/ru")


def test_the_actor_that_is_a_country_has_one_page(client: TestClient) -> None:
    answer = client.get("/actors/KAZ", headers=BROWSING)
    assert (answer.status_code, answer.headers["location"]) == (308, "/countries/KAZ")


def test_a_source_without_its_text_says_why_and_shows_where(client: TestClient) -> None:
    text = text_of(page_of(client, "/documents/kazakhstan-nato-analysis"))
    assert "does not hold the text" in text
    assert "characters 187–244" in text


def test_a_vague_date_is_a_bar_and_an_unknown_one_stands_apart(client: TestClient) -> None:
    page = page_of(client, "/timeline?kind=event")
    assert 'class="vague"' in page
    assert "Undated" in text_of(page)
    assert "Fighting grows in Iraq" in text_of(page).split("Undated")[1]


@pytest.mark.parametrize(
    ("address", "status", "helps"),
    [
        ("/?foo=1", 422, "unknown parameter"),
        ("/?topic=nuclear-weapon", 422, "nuclear-weapons"),
        ("/?as_of=last+year", 422, "YYYY-MM-DD"),
        ("/?holder_cursor=made-up", 422, "cursor"),
        ("/timeline?kind=war", 422, "kind"),
        ("/alignment?a=KAZ&foo=1", 422, "unknown parameter"),
        ("/alignment?foo=1", 422, "unknown parameter"),
        ("/alignment?b=KAZ", 422, "is needed"),
        ("/alignment?a=KAZ,RUS", 422, "one holder"),
        ("/?holder_limit=5", 422, "did you mean 'holder"),
        ("/timeline?limit=3", 422, "unknown parameter"),
        ("/questions/kazakhstan-full-nato-membership?question=x", 422, "unknown parameter"),
        ("/actors/nato?as-of=2001-01-01", 422, "did you mean 'as_of'"),
        ("/documents/kazakhstan-nato-analysis?foo=1", 422, "unknown parameter"),
        ("/guide?foo=1", 422, "unknown parameter"),
        ("/search?q=%00", 422, "not allowed"),
        ("/search?q=a&foo=1", 422, "unknown parameter"),
        ("/codebook?vocabulary=stances", 422, "stance"),
        ("/countries/XXX", 404, "XXX"),
        ("/countries/KAZ?foo=1", 422, "unknown parameter"),
        ("/questions/no-such-question", 404, "no-such-question"),
        ("/questions/no-such-question/blocs", 404, "no-such-question"),
        ("/actors/nobody", 404, "nobody"),
        ("/documents/nothing", 404, "nothing"),
        ("/nowhere", 404, "no page"),
    ],
)
def test_a_wrong_address_gets_a_page_that_helps(
    client: TestClient, address: str, status: int, helps: str
) -> None:
    answer = client.get(address, headers=BROWSING)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert helps in text_of(answer.text)


@pytest.mark.parametrize("address", ["/v1/nowhere", "/v1/countries/XXX", "/v1/positions?foo=1"])
def test_the_api_answers_browsers_with_problems_too(client: TestClient, address: str) -> None:
    answer = client.get(address, headers=BROWSING)
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_page_is_cached_like_any_answer(client: TestClient) -> None:
    first = client.get("/", headers=BROWSING)
    again = client.get("/", headers={**BROWSING, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_left_empty_in_a_form_is_not_asked(client: TestClient) -> None:
    filled = page_of(client, "/?country=KAZ&topic=&holder_kind=&as_of=&order=recorded")
    assert calls_of(filled) == calls_of(page_of(client, "/?country=KAZ&order=recorded"))


def test_calls_are_shown_at_the_public_address(seeded_url: str) -> None:
    with served(seeded_url, public_url="https://positions.example/") as client:
        page = client.get("/", headers={**BROWSING, "Host": "evil.example"}).text
    assert "https://positions.example/v1/matrix" in page
    assert "evil.example" not in page


def test_the_matrix_and_the_scripts_are_small(client: TestClient) -> None:
    assert len(page_of(client, "/").encode()) <= 100_000
    scripts = sum(path.stat().st_size for path in (EXPLORER / "static").glob("*.js"))
    assert scripts <= 15_000


def test_files_of_the_pages_may_be_kept_for_ever(client: TestClient) -> None:
    page = page_of(client, "/")
    named = set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page))
    assert {path.rsplit(".", 1)[1] for path in named} == {"css", "js", "svg"}
    for path in named:
        assert "immutable" in client.get(path).headers["cache-control"]
    assert client.get("/assets/old/explorer.css").headers["cache-control"] == "no-cache"
    assert client.get("/assets/old/pages.py").status_code == 404


@pytest.mark.parametrize("path", sorted((EXPLORER / "templates").iterdir()), ids=lambda p: p.name)
def test_no_template_has_inline_code_or_a_foreign_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script>|javascript:|\|\s*safe\b", text)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', text)


DAYLESS = {"edtf": "1967-12", "earliest": "1967-12-01", "latest": "1967-12-31", "basis": "stated"}


def test_a_label_of_the_timeline_is_cut_only_for_want_of_room(client: TestClient) -> None:
    drawn = page_of(client, "/timeline?country=KAZ&dataset=kazakhstan-nato").split("</svg>")[0]
    assert (
        "Kazakhstan&#39;s observer status at the NATO Parliamentary Assembly (in force)</text>"
        in drawn
    )
    long = [label for label in re.findall(r"<text[^>]*>(.*)</text>", drawn) if label.endswith("…")]
    assert all(len(unescape(label)) > 100 for label in long)


def test_a_day_held_only_to_its_month_is_not_shown_as_a_day() -> None:
    assert labels.when({"text": "1967-12-01", **DAYLESS, "precision": "month"}) == "1967-12"
    assert (
        labels.when({"text": "December 1967", **DAYLESS, "precision": "month"}) == "December 1967"
    )


def test_inferred_words_come_with_the_bounds_there_are(client: TestClient) -> None:
    assert "“initial” (by 2006-12-20)" in text_of(page_of(client, "/timeline"))


def test_a_kind_without_a_page_leads_to_its_records_and_can_be_searched_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KIND_TABLES, "sanction", KIND_TABLES["event"])
    kind = replace(KINDS["event"], name="sanction", plural="sanctions")
    monkeypatch.setitem(KINDS, "sanction", kind)
    assert labels.page_address({"kind": "sanction", "id": "arms"}) == "/v1/sanctions/arms"
    assert '<option value="sanction">sanctions</option>' in page_of(client, "/search?q=embargo")


def test_a_count_that_was_not_finished_says_so() -> None:
    assert labels.total({"total": 10_000, "total_relation": "at_least"}) == "at least 10\u202f000"
    assert labels.total({"total": 12}) == "12"


HOSTILE = (
    "</script><script>document.title='run'</script>\"'><img src=x onerror=alert(1)> \u200fעברית"
)
#: The same as YAML writes it.
QUOTED = json.dumps(HOSTILE)
HOSTILE_WORLD = {
    "people": f"- id: x\n  name: {QUOTED}\n  summary: {QUOTED}\n",
    "documents": (
        f"- id: doc\n  title: {QUOTED}\n  language: en\n  source_type: official\n"
        f"  sha256: {'0' * 64}\n  characters: 100\n  paragraphs: 1\n  citation: {QUOTED}\n"
    ),
    "questions": (f"- id: q\n  title: {QUOTED}\n  proposition: {QUOTED}\n  kind: policy\n"),
    "opinions": (
        f"- id: o\n  holder: x\n  question: q\n  stance: support\n  attribution: direct_quote\n"
        f"  summary: {QUOTED}\n  conditions: [{{text: {QUOTED}}}]\n"
        f"  reasons: [{{text: {QUOTED}, reason_type: legal}}]\n  confidence: high\n"
        "  evidence: [{document: doc, paragraph: 1, start: 0, end: 5}]\n"
    ),
}
HOSTILE_PAGES = (
    "/",
    "/questions/q",
    "/actors/x",
    "/opinions/o",
    "/documents/doc",
    "/timeline",
    "/search?" + urlencode({"q": "script"}),
    "/search?" + urlencode({"q": HOSTILE.replace("\u200f", "")}),
    "/?" + urlencode({"topic": "<script>alert(1)</script>"}),
)


def test_text_of_the_data_stays_text(world: World) -> None:
    client = world(**HOSTILE_WORLD)
    for address in HOSTILE_PAGES:
        page = client.get(address, headers=BROWSING).text
        assert "<img src=x" not in page, address
        assert len(re.findall("<script", page)) == 1, address


def test_a_condition_a_change_and_a_conflict_are_said_in_the_cell(world: World) -> None:
    client = world(
        people="[{id: ann, name: Ann}]",
        documents=(
            "[{id: doc, title: A, language: en, source_type: official, sha256: "
            f"'{'0' * 64}', characters: 100, paragraphs: 1, citation: A}}]"
        ),
        questions="[{id: q, title: Q?, proposition: P., kind: policy}]",
        opinions="\n".join(
            f"- {{id: {one}, holder: ann, question: q, stance: {stance}, stated: {stated},"
            " attribution: direct_quote, summary: S., confidence: high,"
            f" conditions: [{conditions}],"
            " evidence: [{document: doc, paragraph: 1, start: 0, end: 5}]}"
            for one, stance, stated, conditions in (
                ("a", "oppose", "2001", ""),
                ("b", "oppose", "2005-03-01", ""),
                ("c", "support", "2005", "{text: If asked.}"),
            )
        ),
    )
    text = text_of(page_of(client, "/"))
    assert "×3" in text
    assert "changed" in text.split("Ann", 1)[1]
    assert "sources conflict" in text.split("Ann", 1)[1]
    detail = text_of(page_of(client, "/questions/q"))
    assert "if If asked." in detail
    assert "Who moved" in detail


def test_a_page_says_which_methods_it_takes(client: TestClient) -> None:
    answer = client.post("/timeline", headers=BROWSING)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert client.head("/timeline").status_code == 200


VOTERS = [f"v{number:02}" for number in range(70)]
VOTES = ("support", "support", "support", "neutral", "oppose")
ASSEMBLY = {
    "countries": "\n".join(
        [
            "- {id: KAZ, name: Kazakhstan, m49_region: '142', m49_subregion: '143'}",
            "- {id: UZB, name: Uzbekistan, m49_region: '142', m49_subregion: '143'}",
            "- {id: USA, name: United States, m49_region: '019', m49_subregion: '021'}",
        ]
    ),
    "people": "\n".join(f"- {{id: {one}, name: Voter {one[1:]}}}" for one in VOTERS),
    "documents": (
        "- {id: table, title: A table, language: en, source_type: dataset, citation: Made up}"
    ),
    "questions": "\n".join(
        f"- {{id: q{number}, title: 'Adopt {number}?', proposition: Adopt {number}., kind: vote,"
        f" date: 2019-05-{number + 1:02}}}"
        for number in range(12)
    ),
    "opinions": "\n".join(
        f"- {{id: {who.lower()}-{number}, holder: {who}, question: q{number}, attribution: vote,"
        f" stance: {VOTES[(i * i + number * (i % 3)) % 5]}, stated: 2019-05-{number + 1:02},"
        f" confidence: high, evidence: [{{document: table, record: 'vote {number} {who}'}}]}}"
        for number in range(12)
        for i, who in enumerate(["KAZ", "UZB", "USA", *VOTERS])
    ),
}
ASSEMBLY_PAGES = (
    "/",
    "/questions/q0",
    "/questions/q0/blocs",
    "/countries/KAZ",
    "/actors/v01",
    "/timeline",
    "/alignment",
    "/alignment?a=KAZ&b=USA,UZB",
    "/documents/table",
    "/search?q=adopt",
)


def test_an_assembly_that_votes_has_every_page(world: World) -> None:
    client = world(**ASSEMBLY)
    pages = {address: page_of(client, address) for address in ASSEMBLY_PAGES}
    for address, page in pages.items():
        for call, total in calls_of(page):
            answer = client.get(call)
            assert answer.status_code == 200, (address, call)
            assert total in ("", str(answer.json()["meta"].get("total"))), (address, call)
    assert len(pages["/"].encode()) <= 100_000
    assert pages["/"].count("<tr>") == 41
    assert all(f"Voter {one[1:]}" in pages["/questions/q0"] for one in VOTERS)
    assert all(f'href="/opinions/{one}-0"' in pages["/questions/q0"] for one in VOTERS)
    assert "vote 0 v01" in text_of(page_of(client, "/opinions/v01-0"))
    columns = re.findall(r"<h3 id=\"c\d\">([^<]*) <", pages["/questions/q0"])
    assert columns == ["Against", "Abstains", "In favour"]
    regions = text_of(pages["/questions/q0"]).split("By region")[1]
    assert "Central Asia" in regions
    assert "Northern America" in regions
    assert "Kazakhstan" in text_of(pages["/questions/q0/blocs"])
    assert 'href="/countries/KAZ#votes"' in pages["/"]
    assert re.search(r"with United States S −?0\.\d\d, .* n = 12", text_of(pages["/countries/KAZ"]))
    assert re.search(r"12 roll calls.*Closest.*n = 12", text_of(pages["/countries/KAZ"]))
    assert 'class="series"' in pages["/alignment?a=KAZ&b=USA,UZB"]
    assert pages["/alignment?a=KAZ&b=USA,UZB"].count('class="bar"') == 72
    assert re.findall(r'<li class="line\d">([^<]*)', pages["/alignment?a=KAZ&b=USA,UZB"]) == [
        "United States",
        "Uzbekistan",
    ]
    table = text_of(pages["/documents/table"])
    assert "This source is a table" in table
    assert "Opinions that rest on it: 876;" in table
    assert "20 rows shown" in table


def test_the_next_holders_and_questions_are_a_link_away(world: World) -> None:
    client = world(**ASSEMBLY)
    first = page_of(client, "/")
    link = re.search(r'href="([^"]+)" rel="next">Next holders', first)
    assert link
    second = page_of(client, unescape(link[1]))
    assert second.count("<tr>") == 34
    assert "Next holders" not in second
    assert "First holders" in second
