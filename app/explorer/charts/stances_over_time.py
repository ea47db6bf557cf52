"""Chart of holders that changed: their stances over time, from for to against."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.explorer.charts.axis import PHONE, RIGHT, TOP, WIDTH, Axis, axis, most_ticks
from app.explorer.labels import span, stance_label, when
from app.vocabulary import Stance

_LANES = (
    Stance.STRONG_SUPPORT,
    Stance.SUPPORT,
    Stance.NEUTRAL,
    Stance.AMBIVALENT,
    Stance.OPPOSE,
    Stance.STRONG_OPPOSE,
)


@dataclass(frozen=True)
class Lanes:
    """Layout of a chart of stances over time: where the name of a lane stands, and how wide it is.

    Attributes:
        css: the class that says on which width of page it is shown.
        width: its width.
        left: where its axis begins.
        lane: the height of a lane.
        name_x: where the name of a lane stands.
        name_y: how far below its line.
        anchor: which end of the name stands there.
    """

    css: str
    width: int
    left: int
    lane: int
    name_x: int
    name_y: int
    anchor: str


_LANE_LAYOUTS = (
    Lanes("wide-only", WIDTH, left=150, lane=44, name_x=142, name_y=4, anchor="end"),
    Lanes("narrow-only", PHONE, left=16, lane=58, name_x=2, name_y=-14, anchor="start"),
)


def moves(positions: Sequence[Any], kind: str, dates: dict[str, Any]) -> list[dict[str, Any]]:
    """Lay out the opinions of holders that changed, over time and from against to for."""
    changed = [one for one in positions if one["changed"] and one["stated_opinions"]]
    dated = [dates.get(o["id"]) for one in changed for o in one["stated_opinions"]]
    used = {o["stance"] for one in changed for o in one["stated_opinions"]}
    lanes = [word for word in _LANES if word in used]
    return [
        _moves(layout, changed, kind, dates, lanes, line)
        for layout in _LANE_LAYOUTS
        if (line := axis(dated, left=layout.left, right=layout.width - RIGHT))
    ]


def _moves(
    layout: Lanes,
    changed: Sequence[Any],
    kind: str,
    dates: dict[str, Any],
    lanes: Sequence[str],
    line: Axis,
) -> dict[str, Any]:
    heights = {word: TOP + layout.lane * (i + 1) - 20 for i, word in enumerate(lanes)}
    return {
        "layout": layout,
        "height": TOP + layout.lane * len(lanes) + 40,
        "ticks": line.ticks(most_ticks(layout.width)),
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
                "label": _beside(line, begin, end),
                "y": heights[opinion["stance"]],
                "stance": stance_label(opinion["stance"], kind),
                "text": text,
                "id": opinion["id"],
            }
        )
    return {"holder": one["holder"], "marks": marks}


def _beside(line: Axis, begin: float, end: float) -> tuple[float, str]:
    """The place of a name beside a mark, on the side that has more room."""
    if begin - line.left > line.right - end:
        return begin - 8, "end"
    return end + 8, "start"
