"""Messages of validation: what is wrong with a value and what would be right, in words.

The validator has its own language ("Input should be a valid dictionary or instance of …"), which
no caller should have to learn. Each of its kinds of fault has its words here; a test walks every
shape that callers can write and sees that there is none without.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, get_args

from pydantic import BaseModel

from app.errors import nearest
from app.forms import FORMS

Path = tuple[str | int, ...]
#: Makes the words of a fault from what the validator found, the shape, and the path within it.
Words = Callable[[Any, type[BaseModel] | None, Path], str]
_LONGEST = 80


def message(found: Any, shape: type[BaseModel] | None = None, path: Path | None = None) -> str:
    """Return what is wrong and what would be right.

    Args:
        found: an entry of `ValidationError.errors()`.
        shape: the shape that was to be made.
        path: the path of the value within it; left out: as found.
    """
    path = tuple(found["loc"]) if path is None else path
    words = _WORDS.get(found["type"])
    return words(found, shape, path) if words else "is not a value that can stand here"


def _unknown_key(found: Any, shape: type[BaseModel] | None, path: Path) -> str:
    return f"unknown key; {nearest(str(path[-1]), keys_at(shape, path[:-1]))}"


#: What a field that is often forgotten should have.
_NEEDED = {"dataset": ": the id of the body of data it belongs to; GET /v1/datasets lists them"}


def _missing(_found: Any, _shape: type[BaseModel] | None, path: Path) -> str:
    hint = _NEEDED.get(str(path[-1]), "") if path else ""
    return f"is missing, and must be given{hint}"


def _needs(what: str) -> Words:
    """Make the words for a value of the wrong kind."""

    def words(found: Any, _shape: type[BaseModel] | None, _path: Path) -> str:
        given = found.get("input")
        if given is None:
            return "is null, and must be given"
        return f"is {_kind_of(given)}, and should be {what}"

    return words


def _needs_object(found: Any, shape: type[BaseModel] | None, path: Path) -> str:
    keys = keys_at(shape, path, sort=False)
    which = f" with {', '.join(keys[:8])}" if keys else ""
    return _needs(f"an object{which}")(found, shape, path)


def _says(template: str) -> Words:
    """Make the words from a template over the validator's context."""

    def words(found: Any, _shape: type[BaseModel] | None, _path: Path) -> str:
        return template.format(given=shown(found.get("input")), **found.get("ctx", {}))

    return words


def _word(found: Any, _shape: type[BaseModel] | None, _path: Path) -> str:
    given = found.get("input")
    words = found["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
    if given is None:
        return f"is null, and must be given; {nearest('', words)}"
    return f"{shown(given)} is not in the vocabulary; {nearest(str(given), words)}"


def _form(found: Any, _shape: type[BaseModel] | None, _path: Path) -> str:
    given = str(found.get("input"))
    form = FORMS[found["ctx"]["pattern"]]
    meant = form.mended(given)
    hint = f"; did you mean {meant!r}?" if meant else ""
    return f"{shown(given)} should be {form.words}{hint}"


def _length(unit: str, bound: str, limit: str) -> Words:
    def words(found: Any, _shape: type[BaseModel] | None, _path: Path) -> str:
        given = found.get("input")
        number = found["ctx"].get("actual_length") or (
            len(given) if isinstance(given, str | list | tuple | dict) else None
        )
        has = f"has {number} {unit}, and " if number is not None else ""
        if not number and bound == "least":
            return f"is empty, and must have {unit}"
        return f"{has}may have at {bound} {found['ctx'][limit]}"

    return words


def _own(found: Any, _shape: type[BaseModel] | None, _path: Path) -> str:
    """Return what a check of ours says, of a long value only the beginning."""
    given = found.get("input")
    return str(found["msg"]).removeprefix("Value error, ").replace(repr(given), shown(given))


_TEXT, _LIST, _NUMBER = _needs("text"), _needs("a list"), _needs("a whole number")
_WORDS: dict[str, Words] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "value_error": _own,
    "enum": _word,
    "literal_error": _word,
    "string_pattern_mismatch": _form,
    "string_type": _TEXT,
    "string_sub_type": _TEXT,
    "string_unicode": _needs("text in UTF-8"),
    "string_too_long": _length("characters", "most", "max_length"),
    "string_too_short": _length("characters", "least", "min_length"),
    "too_long": _length("entries", "most", "max_length"),
    "too_short": _length("entries", "least", "min_length"),
    "list_type": _LIST,
    "tuple_type": _LIST,
    "iterable_type": _LIST,
    "dict_type": _needs("an object"),
    "mapping_type": _needs("an object"),
    "model_type": _needs_object,
    "model_attributes_type": _needs_object,
    "union_tag_not_found": _needs_object,
    "bool_type": _needs("true or false"),
    "bool_parsing": _says("{given} should be true or false"),
    "int_type": _NUMBER,
    "int_parsing": _says("{given} should be a whole number, such as 12"),
    "int_parsing_size": _says("{given} is too large a number"),
    "int_from_float": _says("{given} should be a whole number"),
    "float_type": _needs("a number"),
    "float_parsing": _says("{given} should be a number"),
    "finite_number": _says("{given} should be a number"),
    "greater_than": _says("{given} should be more than {gt}"),
    "greater_than_equal": _says("{given} should be {ge} or more"),
    "less_than": _says("{given} should be less than {lt}"),
    "less_than_equal": _says("{given} should be {le} or less"),
    "json_invalid": _says("is not JSON: {error}"),
    "json_type": _needs("JSON text"),
}


def shown(given: Any) -> str:
    """Return a value as it is shown in a message, cut where it is long: a text, else JSON."""
    text = repr(given) if isinstance(given, str) else _json_of(given)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "…"


def _json_of(given: Any) -> str:
    text = json.dumps(given, ensure_ascii=False, default=repr)
    return text.encode(errors="backslashreplace").decode()


def _kind_of(given: Any) -> str:
    """Return what a value is, in words."""
    match given:
        case bool():
            return "true" if given else "false"
        case str():
            return f"the text {shown(given)}"
        case int() | float():
            return f"the number {shown(given)}"
        case list() | tuple():
            return "a list"
        case dict():
            return "an object"
        case _:
            return "something else"


def keys_at(shape: type[BaseModel] | None, path: Path, *, sort: bool = True) -> list[str]:
    """Return the keys that are known at a path within a shape."""
    shapes: list[type[BaseModel]] = [shape] if shape else []
    for part in path:
        if isinstance(part, str):
            shapes = [
                inner
                for outer in shapes
                if part in outer.model_fields
                for inner in _shapes_in(outer.model_fields[part].annotation)
            ]
    keys = dict.fromkeys(key for found in shapes for key in found.model_fields)
    return sorted(keys) if sort else list(keys)


def _shapes_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _shapes_in(argument)
