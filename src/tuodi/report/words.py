"""How amounts, rates, dates, names and identity numbers are put on the screen.

Enters: values of the tables. Leaves: text. Imports ``tuodi.money`` only.
"""

from __future__ import annotations

from datetime import date, datetime

from tuodi.money import yuan

__all__ = ["day", "grouped", "mask_certificate", "mask_name", "percent", "span"]


def grouped(fen: int | None) -> str:
    """123456789 fen → ``"1,234,567.89"``; an amount that is not known is a dash, never 0."""
    if fen is None:
        return "—"
    text = yuan(abs(fen))
    whole, decimals = text.split(".")
    parts: list[str] = []
    while len(whole) > 3:
        whole, tail = whole[:-3], whole[-3:]
        parts.insert(0, tail)
    sign = "−" if fen < 0 else ""
    return f"{sign}{','.join([whole, *parts])}.{decimals}"


def percent(basis_points: int) -> str:
    """6250 → ``"62.5 %"``."""
    whole, rest = divmod(basis_points, 100)
    decimals = f".{rest:02d}".rstrip("0").rstrip(".") if rest else ""
    return f"{whole}{decimals} %"


def day(value: date | datetime | None) -> str:
    """A date as ``2024-03-05``; of an instant its day; nothing as an empty text."""
    if value is None:
        return ""
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def span(start: date | None, end: date | None) -> str:
    """``2024-01-01 — 2024-06-30``; an open end stays open."""
    return f"{day(start)} — {day(end)}".strip()


def mask_name(name: str | None) -> str:
    """``张三丰`` → ``张**``: the family name and as many stars as there are other characters."""
    if not name:
        return ""
    return name[0] + "*" * (len(name) - 1 or 1)


def mask_certificate(number: str | None) -> str:
    """``990101199001011234`` → ``990101********1234``: region and the last four digits."""
    if not number:
        return ""
    if len(number) < 12:
        return "*" * max(len(number) - 2, 1) + number[-2:]
    return number[:6] + "*" * (len(number) - 10) + number[-4:]
