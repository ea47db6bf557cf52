"""The pages of an agreement, an event and an opinion: what is recorded of it, and where."""

from app.explorer.pages import Visit


def agreement(visit: Visit) -> str:
    """The page of an agreement."""
    known = visit.only("known_at")
    show = visit.reading.show
    found = show("The agreement", f"/agreements/{visit.id}", **known)["data"]
    about = found["id"]
    return visit.render(
        "agreement.html",
        agreement=found,
        events=show("Events", "/events", **known, agreement=about, limit=100),
        questions=show("Questions about it", "/questions", **known, agreement=about, limit=100),
    )


def event(visit: Visit) -> str:
    """The page of an event."""
    found = visit.reading.show("The event", f"/events/{visit.id}", **visit.only("known_at"))
    return visit.render("event.html", event=found["data"])


def opinion(visit: Visit) -> str:
    """The page of an opinion."""
    found = visit.reading.show("The opinion", f"/opinions/{visit.id}", **visit.only("known_at"))
    kinds = visit.kinds_of([found["data"]])
    return visit.render("opinion.html", opinion=found["data"], kinds=kinds)
