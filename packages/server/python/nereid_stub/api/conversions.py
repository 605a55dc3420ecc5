"""Arguments as the real API takes them: its bindings convert a little more than the exact types, and refuse the rest."""

from __future__ import annotations

import operator


def text_from(given: object) -> str | None:
    """The text of a str, or of bytes in UTF-8; None for anything else. Raises UnicodeDecodeError for other bytes."""
    if isinstance(given, str):
        return str.__str__(given)
    if isinstance(given, (bytes, bytearray)):
        return given.decode()
    return None


def integer_from(given: object, least: int, greatest: int) -> int | None:
    """The integer in that range; None for anything else. A float is none, but what only int() understands is one."""
    try:
        number = operator.index(given)
    except TypeError:
        if isinstance(given, float) or not hasattr(type(given), "__int__"):
            return None
        try:
            number = int(given)
        except (TypeError, ValueError, OverflowError):
            return None
    return number if least <= number <= greatest else None


def elements_from(given: object) -> list | None:
    """The elements of any sequence but text; None for anything else, also for sets and iterators."""
    if isinstance(given, (str, bytes, dict)) or not hasattr(type(given), "__getitem__"):
        return None
    return [*given]


def flag_from(given: object) -> bool | None:
    """The truth of what has one of its own, as numbers do; None for anything else, also for text and lists."""
    return bool(given) if hasattr(type(given), "__bool__") and given is not None else None
