"""Chart of agreement by year: a line for each holder compared with."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.explorer.charts.axis import PHONE, TOP, WIDTH, Axis

#: Where the highest agreement stands in a chart of lines.
_LEVEL = TOP + 10
#: Where the lines of a chart end; beyond it are their names, where there is room for them.
_LINES_END = {"wide-only": 700, "narrow-only": PHONE - 18}


def lines(found: Sequence[Any], order: Sequence[str]) -> list[dict[str, Any]]:
    """Lay out agreement S by year: a line for each other holder, broken where a year has too few.

    Lines take their colours in the order asked for, so that a holder keeps its colour.
    """
    years = [int(row["period"]) for row in found]
    places = {one: i for i, one in enumerate(order)}
    found_names = {row["b"]["id"]: row["b"]["name"] for row in found}
    names = sorted(found_names.items(), key=lambda one: places.get(one[0], len(order)))
    first, last = date(min(years), 1, 1), date(max(years) + 1, 1, 1)
    return [
        _lines(css, Axis(first, last, left=44, right=end), names, found)
        for css, end in _LINES_END.items()
    ]


def _lines(
    css: str, line: Axis, names: Sequence[tuple[str, str]], found: Sequence[Any]
) -> dict[str, Any]:
    drawn = []
    for i, (one, name) in enumerate(names):
        points = [
            (
                int(row["period"]),
                line.at(f"{row['period']}-07-01", otherwise=0),
                round(_LEVEL + (1 - row["s"]) * 100, 1),
                row,
            )
            for row in found
            if row["b"]["id"] == one
        ]
        drawn.append({"name": name, "css": f"line{i}", "runs": _runs(points), "y": points[-1][2]})
    narrow = css == "narrow-only"
    return {
        "css": css,
        "width": PHONE if narrow else WIDTH,
        "height": _LEVEL + 254,
        "ticks": line.ticks(6 if narrow else 12),
        "levels": [(_LEVEL + 50 * i, text) for i, text in enumerate(("1", "½", "0", "−½", "−1"))],
        "lines": _spread(drawn),
        "named": not narrow,
        "right": line.right,
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
