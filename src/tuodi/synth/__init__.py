"""Invented counties with planted truth, for demos and tests: nobody in them is real.

Enters: a seed, a place, a folder. Leaves: files as a county's systems export them, and beside them what is true,
found by the oracle. May import ``tuodi.oracle``, ``tuodi.tables``, ``tuodi.vocabulary``, ``tuodi.money``,
``tuodi.errors``; never the engine that the files are to try.
"""

from __future__ import annotations

from tuodi.synth.demo import SynthResult, write_demo
from tuodi.synth.draw import Dice
from tuodi.synth.files import Formula, Line, write_flags, write_manual, write_roster, write_settlement, write_totals
from tuodi.synth.names import check_digit, identity_number

__all__ = [
    "Dice",
    "Formula",
    "Line",
    "SynthResult",
    "check_digit",
    "identity_number",
    "write_demo",
    "write_flags",
    "write_manual",
    "write_roster",
    "write_settlement",
    "write_totals",
]
