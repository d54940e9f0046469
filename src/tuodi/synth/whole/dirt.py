"""Identity numbers as they come out of other offices' spreadsheets: missing, mistyped, old, short, in odd characters.

Enters: a source, the persons of its rows. Leaves: the texts that stand in the file and, for each, what was done to it.
A person looks the same in every month of one source. Imports ``tuodi.synth``.
"""

from __future__ import annotations

import numpy as np

from tuodi.synth.whole.hardship import SHARES
from tuodi.synth.whole.mix import Array, Draws
from tuodi.synth.whole.people import People

__all__ = ["CLEAN", "numbers"]

CLEAN = ""
_WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


def numbers(
    draws: Draws, source: str, people: People, persons: Array, twenty: Array | None = None, missing: bool = True
) -> tuple[list[str | None], list[str]]:
    """Numbers of ``persons`` as ``source`` has them, and the kind of each error (names as in ``SHARES``, or empty).

    ``twenty``: two digits to append where the person's disability number may stand instead (0: none).
    """
    keys = (persons,)
    texts = people.former.gather(persons).to_list()
    marks = ["changed_number" if each else CLEAN for each in people.changed[persons].tolist()]
    draw = draws.below(10_000, f"{source} number", *keys)
    gone, typo = SHARES["missing_number"] if missing else 0, SHARES["mistyped_number"]
    forms = (
        ("short_number", SHARES["short_number"]),
        ("full_width", SHARES["full_width"]),
        ("blanks", SHARES["blanks"]),
    )
    small = draws.chance(SHARES["lower_case_x"], f"{source} x", *keys)
    other = draws.chance(SHARES["twenty_digits"], f"{source} twenty", *keys)
    detail = draws.below(1_000_000, f"{source} detail", *keys)
    told: list[str | None] = list(texts)
    bound_of_all = gone + typo + sum(share for _, share in forms)
    births = people.birth[persons]
    old = births < np.datetime64("1999-10-01", "D").astype(np.int64)
    for at in np.flatnonzero((draw < bound_of_all) | small | other).tolist():
        value, text = int(draw[at]), texts[at]
        bound = gone + typo
        if value < gone:
            told[at], marks[at] = None, "missing_number"
        elif value < bound:
            told[at], marks[at] = _mistyped(text, int(detail[at])), "mistyped_number"
        elif twenty is not None and other[at] and twenty[at]:
            told[at], marks[at] = f"{text}{twenty[at]:02d}", marks[at] or "twenty_digits"
        else:
            found = CLEAN
            for name, share in forms:
                if bound <= value < bound + share:
                    found = name
                bound += share
            told[at], done = _written(text, found, bool(old[at]), bool(small[at]), int(detail[at]))
            marks[at] = marks[at] or done
    return told, marks


def _mistyped(text: str, chance: int) -> str:
    """One digit wrong, or one left out: no such number has the right check digit."""
    at = 6 + chance % 11
    if chance % 5 == 0:
        return text[:at] + text[at + 1 :]
    return f"{text[:at]}{(int(text[at]) + 1 + chance // 11 % 9) % 10}{text[at + 1 :]}"


def _written(text: str, form: str, old: bool, small: bool, chance: int) -> tuple[str, str]:
    if form == "short_number" and old:
        return text[:6] + text[8:17], form
    if form == "full_width":
        return text.translate(_WIDE), form
    if form == "blanks":
        return (f" {text}", f"{text} ", f"{text[:6]} {text[6:14]} {text[14:]}")[chance % 3], form
    if small and text.endswith("X"):
        return text.lower(), "lower_case_x"
    return text, CLEAN
