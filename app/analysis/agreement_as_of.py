"""An agreement as it stood on a day: its parties, what they had done by then, and its status.

What had not happened by the day is left out: acts, ends, an entry into force. A status is what was
recorded, unless the dates say that it was otherwise then.
"""

from typing import Any

from app.analysis.as_of import counts_from

Body = dict[str, Any]
#: The acts that tell when a spell began, where it says nothing itself.
_BEGINNINGS = ("signed", "ratified", "acceded", "succeeded", "entered_into_force", "resumed")


def standing_on(body: Body, day: str) -> Body:
    """Return an agreement's stored content as it stood on a day."""
    dates = {name: _by(body[name], day) for name in ("signed", "in_force", "terminated")}
    status = _status(body["status"], dates, body)
    parties = [_party_on(one, body, day) for one in body["parties"] if _begun(one, day)]
    return {**body, "status": status, **dates, "parties": parties}


def stands(party: Body) -> bool:
    """Tell whether a spell stood on the day that it is shown as of."""
    return bool(party["status"] != "ended")


def _party_on(party: Body, body: Body, day: str) -> Body:
    acts = party.get("acts", [])
    done = [act for act in acts if _by(act["date"], day)]
    entries = [act["date"] for act in acts if act["act"] == "entered_into_force"]
    then = {"in_force": entries[0] if entries else body["in_force"], "terminated": party["end"]}
    known = {name: _by(date, day) for name, date in then.items()}
    status = _status(party["status"], known, then)
    return {**party, "status": status, "end": known["terminated"], "acts": done}


def _begun(party: Body, day: str) -> bool:
    """Tell whether a spell had begun; one that nothing dates is as old as its agreement."""
    acts = (act["date"] for act in party.get("acts", []) if act["act"] in _BEGINNINGS)
    dates = (party["start"], *acts)
    days = [begun for date in dates if (begun := counts_from(date))]
    return not days or min(days) <= day


def _status(recorded: str, then: Body, ever: Body) -> str:
    """Return a status on a day.

    Args:
        recorded: the status that was recorded.
        then: the dates of `in_force` and `terminated` that had come by the day.
        ever: the same dates, whenever they come.
    """
    if then["terminated"]:
        return "ended"
    ends_later = recorded == "ended" and counts_from(ever["terminated"])
    enters_later = recorded == "in_effect" and counts_from(ever["in_force"])
    if ends_later or (enters_later and not then["in_force"]):
        return "in_effect" if then["in_force"] else "signed"
    return recorded


def _by(date: Body | None, day: str) -> Body | None:
    """Return a date that had come by a day; None for one that had not, or is unknown."""
    begun = counts_from(date)
    return date if begun and begun <= day else None
