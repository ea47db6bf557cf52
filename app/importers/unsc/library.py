"""The UN Digital Library's bulk table of Security Council votes (record 4055387).

One row for each member and adopted resolution, as in the table of the General Assembly, which
reads all but a few columns alike. The resolutions have the ids that the other file gives them.
"""

import re
from typing import ClassVar

from app.importers.import_run import Content
from app.importers.source_texts import clean
from app.importers.un_roll_calls import RollCall, question
from app.importers.undl_votes import DigitalLibrary
from app.importers.unsc.resolutions import COUNCIL, DATASET, question_id

COLUMNS = (
    "undl_id ms_code ms_name permanent_member ms_vote date resolution draft meeting description "
    "agenda subjects total_yes total_no total_abstentions total_non_voting total_ms"
).split()
_RESOLUTION = re.compile(r"S/RES/(\d{1,5}) ?\(\d{4}\)")
_DOCUMENT = "undl-council-voting-data"
_URL = "https://digitallibrary.un.org/record/4055387"
_LICENCE = "© United Nations; non-commercial use with attribution"


class CouncilLibrary(DigitalLibrary):
    """The bulk table of the Council; see `VoteSource`."""

    dataset = DATASET
    document = _DOCUMENT
    reason = "import of UN Security Council votes"
    columns = frozenset((*COLUMNS, "modality", "vote_note", "undl_link"))
    unread: ClassVar[dict[str, str]] = {}

    def _records(self, edition: str) -> tuple[Content, Content]:
        title = "United Nations Security Council Voting Data"
        published = {"title": title, "url": _URL, "licence": _LICENCE}
        citation = f"United Nations, Dag Hammarskjöld Library: {title} ({edition}), {_URL}"
        note = (
            "Adopted resolutions only; those adopted unanimously or without a vote are recorded as "
            "yes of every member. A state that has no vote was no member, or did not take part."
        )
        coverage = {"from": None, "to": None, "unit": "vote of a member", "note": note}
        return (
            {**published, "publisher": "United Nations, Dag Hammarskjöld Library",
             "version": edition, "citation": citation, "coverage": coverage},
            {**published, "publisher": "United Nations", "language": "en",
             "source_type": "dataset",
             "summary": "One row for each member and adopted resolution."},
        )  # fmt: skip

    def _question_id(self, row: dict[str, str]) -> str:
        found = _RESOLUTION.match(row["resolution"].strip())
        return question_id(found[1]) if found else f"unsc-undl-{row['undl_id']}"

    def _question(self, call: RollCall, row: dict[str, str], topics: list[str]) -> Content:
        parts = (("meeting", "meeting"), ("draft", "draft"))
        told = [f"{word} {clean(row[key])}" for word, key in parts if clean(row[key])]
        return question(
            call,
            what=f"{clean(row['resolution'])} {clean(row['description'])}".strip(),
            text=clean(row["agenda"]),
            topics=topics,
            session=None,
            summary=f"{', '.join(told)}." if told else None,
            evidence={"document": _DOCUMENT, "record": row["undl_id"]},
            body=COUNCIL,
        )
