"""Where a quote stands, nearest first, however often it does."""

import pytest

from app.analysis.quote_search import MOST_HINTS, verify


@pytest.mark.parametrize("start", [0, 1, 2999, 3000, 5999])
def test_the_hints_are_the_nearest_of_very_many(start: int) -> None:
    text = "no " * 2000
    answer = verify(text, start, start + 1, "no ")
    every = sorted(range(0, len(text), 3), key=lambda at: (abs(at - start), at))
    assert answer["nearest"] == every[:MOST_HINTS]


def test_a_quote_that_stands_nowhere_or_is_empty_has_no_hint() -> None:
    assert verify("a report", 0, 1, "yes")["nearest"] is None
    assert verify("a report", 0, 1, "")["nearest"] is None
