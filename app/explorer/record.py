"""Pages of an agreement, an event and an opinion: what is recorded of it, and where."""

from app.explorer.pages import PageRequest


def agreement(page: PageRequest) -> str:
    """Return the page of an agreement."""
    known = page.only("known_at")
    show = page.api.show
    found = show("The agreement", f"/agreements/{page.id}", **known)["data"]
    about = found["id"]
    return page.render(
        "agreement.html",
        agreement=found,
        events=show("Events", "/events", **known, agreement=about, limit=100),
        questions=show("Questions about it", "/questions", **known, agreement=about, limit=100),
    )


def event(page: PageRequest) -> str:
    """Return the page of an event."""
    found = page.api.show("The event", f"/events/{page.id}", **page.only("known_at"))
    return page.render("event.html", event=found["data"])


def opinion(page: PageRequest) -> str:
    """Return the page of an opinion."""
    found = page.api.show("The opinion", f"/opinions/{page.id}", **page.only("known_at"))
    kinds = page.kinds_of([found["data"]])
    return page.render("opinion.html", opinion=found["data"], kinds=kinds)
