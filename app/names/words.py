"""Words of a name in the form in which names are compared.

Case and accents are folded, abbreviations of public tables spelled out (`Dem. Rep.`, `St.`,
`P.D.R.`), and words left out that tell no names apart. Order does not count, so that an index
entry (`Korea, Rep.`) is the name it stands for.
"""

import re
from functools import lru_cache

from app.vocabulary import fold

#: `U.S.S.R.` is one word, and the s of «people's» none.
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_POSSESSIVE = re.compile(r"['’ʼ`]s\b", re.IGNORECASE)

_LEFT_OUT = frozenset({"the", "of", "and"})
_SPELLED_OUT = {
    "bolivariana": ("bolivarian",),
    "dem": ("democratic",),
    "dpr": ("democratic", "people", "republic"),
    "e": ("east",),
    "eastern": ("east",),
    "eq": ("equatorial",),
    "equat": ("equatorial",),
    "fed": ("federal",),
    "federated": ("federal",),
    "federation": ("federal",),
    "federative": ("federal",),
    "fyr": ("former", "yugoslav", "republic"),
    "gt": ("great",),
    "herz": ("herzegovina",),
    "is": ("island",),
    "isl": ("island",),
    "islands": ("island",),
    "isls": ("island",),
    "n": ("north",),
    "northern": ("north",),
    "pdr": ("people", "democratic", "republic"),
    "peoples": ("people",),
    "prov": ("province",),
    "rep": ("republic",),
    "s": ("south",),
    "soc": ("socialist",),
    "southern": ("south",),
    "ssr": ("soviet", "socialist", "republic"),
    "st": ("saint",),
    "states": ("state",),
    "ste": ("saint",),
    "sts": ("state",),
    "terr": ("territory",),
    "w": ("west",),
    "western": ("west",),
}
#: Words that many states' names have: they tell two names apart only where nothing else does.
GENERIC = frozenset(
    (
        "arab bolivarian commonwealth democratic federal government independent islamic kingdom "
        "people plurinational principality province republic socialist soviet state sultanate "
        "territory union united"
    ).split()
)


@lru_cache(maxsize=8192)
def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name that count, in order, each once."""
    text = _POSSESSIVE.sub("", _INITIALS.sub(lambda found: found[0].replace(".", ""), text))
    words = (one for word in _parted(text) for one in _SPELLED_OUT.get(word, (word,)))
    return tuple(dict.fromkeys(word for word in words if word not in _LEFT_OUT))


def _parted(text: str) -> list[str]:
    """Return the folded words of a text; the vowel signs of many scripts are part of them."""
    return _NO_LETTER.sub(" ", fold(text)).split()


#: Neither a letter, nor in the blocks of scripts that write vowels as signs (Devanagari to
#: Sinhala, Thai, Lao, Burmese, Khmer).
_NO_LETTER = re.compile("[^\\w\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+|_")


def name_key(text: str) -> str:
    """Return what all spellings of a name have in common."""
    return " ".join(sorted(name_words(text)))
