"""Geometry of the charts: days to places on a line, which templates draw.

An exact day is a point. Anything vaguer is a bar from the first day it can be to the last, never
narrower than can be seen; what is open at an end runs to the edge, and what has no bounds at all
is not drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.edtf import parse
from app.explorer.labels import SCALE, span, stance_label, when
from app.vocabulary import Stance

WIDTH, ROW, LEFT, RIGHT = 900, 26, 24, 24
NARROWEST = 8.0
_LANES = (
    Stance.STRONG_SUPPORT,
    Stance.SUPPORT,
    Stance.NEUTRAL,
    Stance.AMBIVALENT,
    Stance.OPPOSE,
    Stance.STRONG_OPPOSE,
)


@dataclass(frozen=True)
class Axis:
    """Axis of time from one day to another, between two places."""

    first: date
    last: date
    left: float = LEFT
    right: float = WIDTH - RIGHT

    def at(self, day: str | None, *, otherwise: float) -> float:
        """Return the place of a day, kept within the axis."""
        if not day:
            return otherwise
        share = (_day(day) - self.first).days / max(1, (self.last - self.first).days)
        return round(self.left + min(1.0, max(0.0, share)) * (self.right - self.left), 1)

    def bar(self, when: dict[str, Any]) -> tuple[float, float]:
        """Return the places where a date begins and ends: equal for an exact day."""
        begin = self.at(when["earliest"], otherwise=self.left)
        end = self.at(when["latest"], otherwise=self.right)
        if when["earliest"] == when["latest"]:
            return begin, end
        return self._widened(begin, end)

    def bars(self, when: dict[str, Any]) -> list[tuple[float, float]]:
        """Return the places of the bars of a date: of a set one for each member, else one."""
        spans = parse(when["edtf"]).spans
        if len(spans) == 1:
            return [self.bar(when)]
        return [
            self._widened(
                self.at(span.earliest, otherwise=self.left),
                self.at(span.latest, otherwise=self.right),
            )
            for span in spans
        ]

    def _widened(self, begin: float, end: float) -> tuple[float, float]:
        """A bar that is wide enough to be seen."""
        if end - begin >= NARROWEST:
            return begin, end
        middle = min(self.right - NARROWEST / 2, max(self.left + NARROWEST / 2, (begin + end) / 2))
        return middle - NARROWEST / 2, middle + NARROWEST / 2

    def ticks(self, most: int = 9) -> list[tuple[float, str]]:
        """Return the years to write under the axis, as many as are read easily."""
        years = range(self.first.year, self.last.year + 1)
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if len(years) / s <= most)
        return [
            (self.at(f"{year:04}-01-01", otherwise=self.left), str(year))
            for year in years
            if year % step == 0 and date(year, 1, 1) >= self.first
        ]


def axis(dates: Iterable[dict[str, Any] | None], **places: float) -> Axis | None:
    """Return the axis of the years that all known bounds lie in; None where there are none."""
    days = [_day(d) for one in dates if one for d in (one["earliest"], one["latest"]) if d]
    if not days:
        return None
    return Axis(date(min(days).year, 1, 1), date(min(9999, max(days).year + 1), 1, 1), **places)


def moves(positions: Sequence[Any], kind: str, dates: dict[str, Any]) -> dict[str, Any] | None:
    """Lay out the opinions of holders that changed, over time and from against to for."""
    changed = [one for one in positions if one["changed"] and one["stated_opinions"]]
    line = axis((dates.get(o["id"]) for one in changed for o in one["stated_opinions"]), left=150)
    if not changed or line is None:
        return None
    used = {o["stance"] for one in changed for o in one["stated_opinions"]}
    lanes = [word for word in _LANES if word in used]
    heights = {word: 24 + 44 * i for i, word in enumerate(lanes)}
    return {
        "width": WIDTH,
        "height": 44 * len(lanes) + 36,
        "ticks": line.ticks(),
        "lanes": [(stance_label(word, kind), y) for word, y in heights.items()],
        "holders": [_path(one, kind, line, dates, heights) for one in changed],
    }


def _path(
    one: Any, kind: str, line: Axis, dates: dict[str, Any], heights: dict[Any, int]
) -> dict[str, Any]:
    marks = []
    for opinion in one["stated_opinions"]:
        dated = dates.get(opinion["id"])
        if dated is None or opinion["stance"] not in heights:
            continue
        begin, end = line.bar(dated)
        text = (
            when(opinion["stated"]) if opinion["stated"] else f"undated; its source: {span(dated)}"
        )
        marks.append(
            {
                "begin": begin,
                "end": end,
                "bars": line.bars(dated),
                "x": (begin + end) / 2,
                "y": heights[opinion["stance"]],
                "stance": stance_label(opinion["stance"], kind),
                "text": text,
                "id": opinion["id"],
            }
        )
    return {"holder": one["holder"], "marks": marks}


#: How each kind of entry is marked, beside its colour.
GLYPHS = {"agreement": "◆", "event": "●", "opinion": "■"}
#: The timeline is as wide as a page, so that labels have room.
TIMELINE = 1160
#: How wide a letter of a label is, at the most that is usual.
LETTER = 6.6


def rows(entries: Sequence[Any]) -> dict[str, Any] | None:
    """Lay out a row for each entry with a bound: a dot or a bar, and its label beside it."""
    dated = [
        one for one in entries if one["date"] and (one["date"]["earliest"] or one["date"]["latest"])
    ]
    line = axis((one["date"] for one in dated), right=TIMELINE - RIGHT)
    if line is None:
        return None
    return {
        "width": TIMELINE,
        "height": ROW * len(dated) + 40,
        "ticks": line.ticks(),
        "rows": [_row(one, line, 18 + ROW * i) for i, one in enumerate(dated)],
    }


def _row(entry: Any, line: Axis, y: float) -> dict[str, Any]:
    begin, end = line.bar(entry["date"])
    x, anchor = _label_place(line, begin, end)
    words = f"{GLYPHS[entry['kind']]} {when(entry['date'])}: {entry_title(entry)}"
    return {
        "entry": entry,
        "y": y,
        "begin": begin,
        "end": end,
        "bars": line.bars(entry["date"]),
        "label": _shortened(words, x - LEFT if anchor == "end" else TIMELINE - x),
        "whole": words,
        "x": x,
        "anchor": anchor,
        "css": SCALE[entry["stance"]].css if entry["stance"] else entry["kind"],
    }


def _label_place(line: Axis, begin: float, end: float) -> tuple[float, str]:
    """The place of a label: beside the mark on the side that has room, else upon it."""
    middle = line.left + (line.right - line.left) * 0.45
    if end <= middle:
        return end + 12, "start"
    if begin >= middle:
        return begin - 12, "end"
    return begin + 8, "start"


def entry_title(entry: Any) -> str:
    """Return the line that names an entry of the timeline."""
    if entry["kind"] == "opinion":
        label = SCALE[entry["stance"]]
        return f"{entry['actors'][0]['name']} {label.symbol} {entry['question']['name']}"
    if entry["kind"] == "agreement":
        step = f" ({entry['what'].replace('_', ' ')})" if entry["date"] else ""
        return f"{entry['record']['name']}{step}"
    return str(entry["record"]["name"])


def _shortened(text: str, room: float) -> str:
    """The text, cut to the room beside its mark."""
    most = int(room / LETTER)
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def lines(found: Sequence[Any], order: Sequence[str]) -> dict[str, Any]:
    """Lay out agreement S by year: a line for each other holder, broken where a year has too few.

    Lines take their colours in the order asked for, so that a holder keeps its colour.
    """
    years = [int(row["period"]) for row in found]
    line = Axis(date(min(years), 1, 1), date(max(years) + 1, 1, 1), left=44, right=700)
    places = {one: i for i, one in enumerate(order)}
    found_names = {row["b"]["id"]: row["b"]["name"] for row in found}
    names = sorted(found_names.items(), key=lambda one: places.get(one[0], len(order)))
    drawn = []
    for i, (one, name) in enumerate(names):
        points = [
            (
                int(row["period"]),
                line.at(f"{row['period']}-07-01", otherwise=0),
                round(16 + (1 - row["s"]) * 100, 1),
                row,
            )
            for row in found
            if row["b"]["id"] == one
        ]
        drawn.append({"name": name, "css": f"line{i}", "runs": _runs(points), "y": points[-1][2]})
    return {
        "width": WIDTH,
        "height": 260,
        "ticks": [(x, text) for x, text in line.ticks(12)],
        "levels": [(16, "1"), (66, "½"), (116, "0"), (166, "−½"), (216, "−1")],
        "lines": _spread(drawn),
        "right": 700,
    }


def _runs(points: Sequence[tuple[int, float, float, Any]]) -> list[list[Any]]:
    """Runs of points whose years follow each other."""
    runs: list[list[Any]] = []
    for point in points:
        if runs and point[0] == runs[-1][-1][0] + 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def _spread(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines with places for their labels, far enough apart to be read."""
    least = 0.0
    for one in sorted(drawn, key=lambda one: one["y"]):
        one["label_y"] = max(one["y"], least)
        least = one["label_y"] + 15
    return drawn


def _day(text: str) -> date:
    """The day of the calendar; years before 1 are beyond any axis."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.min if text.startswith(("-", "0000")) else date.max
