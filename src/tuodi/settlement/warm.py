"""Every kernel that a law can need, compiled now instead of at the first call.

Enters: a law. Leaves: the shapes that were compiled; numba keeps them in its cache. Imports ``tuodi.tables``,
``tuodi.law`` and this room.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from tuodi.law.compile import Structure
from tuodi.settlement.kernel import Shape
from tuodi.settlement.program import program
from tuodi.settlement.run import Law, settle_with
from tuodi.tables import PARTS

__all__ = ["shapes_of", "warm"]


def shapes_of(structure: Structure) -> Iterator[Shape]:
    """The shapes in which bills of a structure can run: whatever they lack, with or without the steps."""
    plan = program(structure)
    always_given = any(layer.form == "given" for layer in structure.layers)
    for trace in (False, True):
        for unknowns, given in ((False, False), (True, False), (True, True)):
            # A layer read from the record may be missing there, so this comes with unknowns only.
            if given or not always_given:
                yield plan.shape(unknowns=unknowns, given=given, trace=trace)


def warm(law: Law, done: set[Shape]) -> list[Shape]:
    """Compile what ``law`` needs beyond ``done``, and add it there."""
    made = []
    for version in law.versions:
        claim = _claim(version.pack.in_force_from)
        for shape in shapes_of(version.structure):
            if shape not in done:
                settle_with(Law((version,), forced=True), claim, None, None, None, None, (), shape.trace, 1, shape)
                done.add(shape)
                made.append(shape)
    return made


def _claim(day: date) -> pl.DataFrame:
    """One bill of nothing: the kernel is compiled for the types of its arrays, not for what they hold."""
    words = {"claim_id": "1", "person_id": "1", "provider_level": "tertiary", "setting": "inpatient"}
    return pl.DataFrame({**words, "discharged_on": day, **dict.fromkeys(("total", *PARTS), 0)}).with_columns(
        settled_at=pl.col("discharged_on").cast(pl.Datetime("us"))
    )
