"""Chart of the timeline: a row for each dated entry, with a mark and a label."""

from collections.abc import Sequence
from textwrap import wrap
from typing import Any

from app.explorer.charts.axis import LEFT, PHONE, RIGHT, Axis, axis, most_ticks
from app.explorer.labels import SCALE, when

ROW = 26
#: How each kind of entry is marked, beside its colour.
GLYPHS = {"agreement": "◆", "event": "●", "opinion": "■"}
#: The timeline is as wide as a page, so that labels have room.
TIMELINE = 1160
#: How wide a letter of a label is, at the most that is usual.
LETTER = 6.6
#: How far apart the lines of a label are.
LINE = 15


def rows(entries: Sequence[Any]) -> list[dict[str, Any]]:
    """Lay out a row for each entry with a bound: a dot or a bar, and its label beside it.

    On a phone the label stands below its mark, over as many lines as it needs.
    """
    dated = [
        one for one in entries if one["date"] and (one["date"]["earliest"] or one["date"]["latest"])
    ]
    days = [one["date"] for one in dated]
    wide, narrow = axis(days, right=TIMELINE - RIGHT), axis(days, left=8, right=PHONE - 16)
    if wide is None or narrow is None:
        return []
    beside = [_row(one, wide, 18 + ROW * i) for i, one in enumerate(dated)]
    return [
        _timeline("wide-only", TIMELINE, wide, beside, ROW * len(dated)),
        _timeline("narrow-only", PHONE, narrow, *_rows_with_labels_below(dated, narrow)),
    ]


def _timeline(
    css: str, width: int, line: Axis, drawn: list[dict[str, Any]], height: int
) -> dict[str, Any]:
    ticks = line.ticks(most_ticks(width))
    return {"css": css, "width": width, "height": height + 56, "ticks": ticks, "rows": drawn}


def _row(entry: Any, line: Axis, y: float) -> dict[str, Any]:
    begin, end = line.bar(entry["date"])
    x, anchor = _label_place(line, begin, end)
    words = _words(entry)
    label = _shortened(words, x - LEFT if anchor == "end" else TIMELINE - x)
    return {
        **_mark(entry, line, y),
        "whole": words,
        "labels": [(round(x, 1), y + 4, anchor, label)],
    }


def _rows_with_labels_below(entries: Sequence[Any], line: Axis) -> tuple[list[dict[str, Any]], int]:
    """The rows of a phone, and how high they are together."""
    drawn, y = [], 18
    for entry in entries:
        words = _words(entry)
        lines = wrap(words, int((PHONE - 4) / LETTER))
        labels = [(2, y + 24 + LINE * i, "start", text) for i, text in enumerate(lines)]
        drawn.append({**_mark(entry, line, y), "whole": words, "labels": labels})
        y += 34 + LINE * len(lines)
    return drawn, y - 18


def _mark(entry: Any, line: Axis, y: float) -> dict[str, Any]:
    begin, end = line.bar(entry["date"])
    css = SCALE[entry["stance"]].css if entry["stance"] else entry["kind"]
    bars = line.bars(entry["date"])
    return {"entry": entry, "y": y, "begin": begin, "end": end, "bars": bars, "css": css}


def _words(entry: Any) -> str:
    return f"{GLYPHS[entry['kind']]} {when(entry['date'])}: {entry_title(entry)}"


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
