"""Authors of citations: a line of names taken apart, persons into family and given name.

Names are parted by semicolons, by commas between whole names, or by «and» between persons; a comma
between one name and its given names turns them round. Only what is plainly the name of a person is
taken apart: anything else, such as an institution, stays one literal name.
"""

import re
from typing import NamedTuple

_INSTITUTION = re.compile(
    r"\b(academy|agency|archives?|army|assembly|association|bank|bureau|cent(?:er|re)|college|"
    r"command|commission|committee|company|congress|council|court|daily|delegation|department|"
    r"division|embassy|europe|force|forces|forum|foundation|fund|gazette|government|group|herald|"
    r"initiative|institute|international|journal|liberty|library|media|ministry|mission|monitor|"
    r"museum|nations|network|news|office|organi[sz]ation|parliament|party|post|press|programme?|"
    r"project|radio|republic|review|secretariat|service|society|staff|states|television|times|"
    r"tribune|union|university|watch|world)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_][\w.'’\-]*")
#: Words of a family name that are written small.
_PARTICLES = {"af", "al", "bin", "da", "de", "del", "den", "der", "di", "la", "le", "van", "von"}


class Author(NamedTuple):
    """A name: of a person with family and given name, or literal, where `given` is none."""

    family: str
    given: str | None = None

    @property
    def turned(self) -> str:
        """The family name first."""
        return f"{self.family}, {self.given}" if self.given else self.family


def authors_of(line: str | None) -> list[Author]:
    """The authors that a line names."""
    return [author for piece in (line or "").split(";") for author in _parted(piece.strip())]


def _parted(piece: str) -> list[Author]:
    """The authors of a piece between semicolons."""
    if not piece:
        return []
    if turned := _turned(piece):
        return [turned]
    names = [one.strip() for one in re.split(r",\s*(?:and\s|&\s)?|\s+and\s+|\s+&\s+", piece)]
    people = [_turned(one) or _person(one) for one in names]
    turned_people = [_turned(one) for one in re.split(r"\s+and\s+|\s+&\s+", piece)]
    for found in (turned_people, people):
        if None not in found:
            return [one for one in found if one]
    return [Author(piece)]


def _turned(name: str) -> Author | None:
    """A person whose family name comes first, before a comma."""
    family, comma, given = (one.strip() for one in name.partition(","))
    plain = not _INSTITUTION.search(name) and len(family.split()) <= 2 and len(given.split()) <= 3
    if not comma or not plain or not _are_names(f"{family} {given}".split()):
        return None
    # «Erik Voeten, Anton Strezhnev» are two persons, each with the given name first.
    several = len(family.split()) > 1 and len(given.split()) > 1
    particles = _PARTICLES.intersection(family.casefold().split())
    return Author(family, given) if given and (not several or particles) else None


def _person(name: str) -> Author | None:
    """A person whose given names come first."""
    words = name.split()
    if not 2 <= len(words) <= 5 or _INSTITUTION.search(name) or not _are_names(words):
        return None
    first = next((i for i, one in enumerate(words[1:], 1) if one in _PARTICLES), len(words) - 1)
    return Author(" ".join(words[first:]), " ".join(words[:first]))


def _are_names(words: list[str]) -> bool:
    """Whether all words are written as names of persons are: no shouting, no figures."""
    return all(
        _WORD.fullmatch(one) and (one in _PARTICLES or (one[0].isupper() and not _shouts(one)))
        for one in words
    )


def _shouts(word: str) -> bool:
    return len(word) > 1 and word.isupper() and "." not in word
