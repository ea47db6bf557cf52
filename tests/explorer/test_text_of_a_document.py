"""The page of a document shows the whole text where it is held, and marks what is cited."""

import re
from hashlib import sha256
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from app.db import Database
from app.db.api_keys import create_key
from tests.conftest import served
from tests.explorer.test_pages import page_of, text_of

LINES = (
    'Aliya met <b>Bekzat</b> & "others".',
    "",
    "She is for it – firmly, he said.",
    "</script><script>alert(1)</script>",
)
TEXT = "\n".join(LINES) + "\n"
FIRM = TEXT.index("She is for it"), TEXT.index(", he said")


def _with_text(client: TestClient, token: str) -> None:
    """Write a document, an opinion and a topic that cite it, and attach its text."""
    client.headers["Authorization"] = f"Bearer {token}"
    place = {"document": "a-report", "paragraph": 3, "start": FIRM[0], "end": FIRM[1]}
    records: dict[str, dict[str, Any]] = {
        "documents": {
            "id": "a-report",
            "title": "A report",
            "source_type": "official",
            "sha256": sha256(TEXT.encode()).hexdigest(),
        },
        "topics": {
            "id": "firmness",
            "name": "Firmness",
            "evidence": [place | {"end": FIRM[1] - 8}],
        },
        "opinions": {
            "id": "aliya-firm",
            "holder": "KAZ",
            "question": "kazakhstan-full-nato-membership",
            "stance": "support",
            "attribution": "paraphrase",
            "summary": "Firmly for it.",
            "evidence": [place],
        },
    }
    for kind, record in records.items():
        answer = client.post(f"/v1/{kind}", json={"dataset": "reference", **record})
        assert answer.status_code == 201, answer.text
    version = client.get("/v1/documents/a-report").headers["etag"]
    plain = {"Content-Type": "text/plain; charset=utf-8", "If-Match": version}
    attached = client.put("/v1/documents/a-report/text", content=TEXT.encode(), headers=plain)
    assert attached.status_code == 200, attached.text


def test_the_whole_text_is_shown_escaped_with_its_cited_words_linked(
    seeded: Database, seeded_url: str
) -> None:
    with seeded.write() as connection:
        token = create_key(connection, scope="curate", name="Aliya", expires="90d")
    with served(seeded_url) as client:
        _with_text(client, token)
        page = page_of(client, "/documents/a-report")
        quotes = re.findall(r'<blockquote class="text">(.*?)</blockquote>', page, re.DOTALL)
        shown = [unescape(re.sub(r"</?(?:mark|a)\b[^>]*>", "", quote)) for quote in quotes]
        assert shown == [line for line in LINES if line]
        assert "<b>Bekzat" not in page
        assert page.count("<script") == 1
        marked = re.findall(r'<mark[^>]*><a href="([^"]*)"[^>]*>([^<]*)</a>', page)
        assert "".join(words for _, words in marked) == TEXT[FIRM[0] : FIRM[1]]
        assert {link for link, _ in marked} == {"/opinions/aliya-firm"}
        assert "here it is whole" in text_of(page)
        for number in (1, 3, 4):
            assert f'id="p{number}"' in page


def test_without_its_text_a_document_shows_no_words(client: TestClient) -> None:
    page = page_of(client, "/documents/kazakhstan-nato-analysis")
    assert '<blockquote class="text">' not in page
    assert "does not hold the text" in page
