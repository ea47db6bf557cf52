"""Forms of short texts: the pattern of each, what it is in words, and what was probably meant.

A pattern is for programs. Whoever is refused reads the words, and the value put right where that
can be done without a guess.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """The form of a text.

    Attributes:
        pattern: what it matches, for schemas.
        words: what it is, in words that go on after "should be".
        mend: makes the text that was probably meant of another one.
    """

    pattern: str
    words: str
    mend: Callable[[str], str]

    def mended(self, given: str) -> str | None:
        """Return the text that was probably meant; None where there is none of this form."""
        text = self.mend(given[:200].strip())
        return text if text != given and re.fullmatch(self.pattern, text) else None


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def _language(text: str) -> str:
    first, _, rest = text.replace("_", "-").partition("-")
    return "-".join(filter(None, (first.lower(), rest)))


def _address(text: str) -> str:
    return f"https://{text.removeprefix('//')}" if "." in text and "://" not in text else text


def _digits(text: str) -> str:
    return text.zfill(3) if text.isdecimal() else text


SLUG = Form(
    r"^[a-z0-9]+(-[a-z0-9]+)*$",
    "lower-case words of a-z and 0-9 joined by hyphens, such as 'partnership-for-peace'",
    _slug,
)
COUNTRY = Form(r"^[A-Z]{3}$", "three capital letters, such as 'KAZ' (ISO 3166-1)", str.upper)
ANY_ID = Form(
    r"^([a-z0-9]+(-[a-z0-9]+)*|[A-Z]{3})$",
    "lower-case words of a-z and 0-9 joined by hyphens, such as 'partnership-for-peace', or a "
    "country's three capital letters",
    _slug,
)
ALPHA2 = Form("^[A-Z]{2}$", "two capital letters, such as 'KZ' (ISO 3166-1)", str.upper)
THREE_DIGITS = Form("^[0-9]{3}$", "three digits with their zeros, such as '004'", _digits)
LANGUAGE = Form(
    "^[a-z]{2,3}(-[A-Za-z0-9]+)*$",
    "the tag of a language, such as 'en', 'kk' or 'sr-Latn' (BCP 47)",
    _language,
)
SHA256 = Form(
    "^[0-9a-f]{64}$",
    "64 hexadecimal digits in lower case, as `sha256sum FILE` prints them",
    str.lower,
)
ADDRESS = Form(
    r"""^https?://[^\s<>"']+$""",
    "an address that begins with https:// or http:// and has no spaces",
    _address,
)
#: Every form by its pattern.
FORMS = {
    form.pattern: form
    for form in (SLUG, COUNTRY, ANY_ID, ALPHA2, THREE_DIGITS, LANGUAGE, SHA256, ADDRESS)
}
