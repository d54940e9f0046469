"""The kernel taken out of the engine: the only module here that knows how the settlement room is made inside.

Enters: a law and its tables. Leaves: the kernel on arrays that memory holds already, and the rule-free stream over
exactly the arrays that it reads and writes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numba import njit

from tuodi import tables
from tuodi.settlement import Law
from tuodi.settlement import kernel as k
from tuodi.settlement.bills import bills_of
from tuodi.settlement.machine import Machine, slices
from tuodi.settlement.order import number_people

__all__ = ["EVERYTHING", "forget", "machine_for", "pieces_of", "stream_of"]

EVERYTHING = k.EVERYTHING._replace(trace=False)
Slice = Callable[[int, int], None]


def machine_for(
    law: Law, claims: pl.DataFrame, identities: pl.DataFrame, *, trace: bool = False, full: bool = False
) -> Machine:
    """The kernel for a law of one version, its bills made ready; ``full``: compiled for every feature, used or not."""
    claims = tables.conform(claims, tables.CLAIMS)
    identities = tables.conform(identities, tables.IDENTITIES)
    opening = tables.conform(pl.DataFrame(schema=tables.OPENING.columns), tables.OPENING)
    people = number_people(claims["person_id"])
    holders = people.codes_of(identities["person_id"])
    version = np.zeros(claims.height, np.intp)
    bills = bills_of([law.versions[0]], version, claims, people, (identities, holders), opening, None)
    structure = law.versions[0].structure
    slots = k.OPENINGS * len(structure.layers) + max(1, len(structure.counters))
    openings = (np.full(bills.height, k.OPENING_NONE, np.int64), np.zeros((1, slots), np.int64))
    return Machine(structure, bills, openings, trace=trace, shape=EVERYTHING if full else None)


def pieces_of(machine: Machine, threads: int) -> list[tuple[int, int]]:
    """The slices that the engine gives to so many threads."""
    return slices(machine.bills.new_person, threads)


def forget(machine: Machine) -> None:
    """Set what stays accumulate to nothing, as before the first run."""
    for array in machine.stay_state:
        array[:] = 0


@njit(nogil=True, boundscheck=False, cache=True)
def _stream(begin, end, bytes_in, words_in, words_out, bytes_out):  # type: ignore[no-untyped-def]
    """Array after array, so that the processor may read and write as fast as memory lets it."""
    mixed = np.int64(0)
    for at in range(bytes_in.shape[0]):
        column = bytes_in[at]
        for i in range(begin, end):
            mixed += column[i]
    for at in range(words_in.shape[0]):
        column = words_in[at]
        for i in range(begin, end):
            mixed += column[i]
    for at in range(words_out.shape[0]):
        column = words_out[at]
        for i in range(begin, end):
            column[i] = mixed
    for at in range(bytes_out.shape[0]):
        column = bytes_out[at]
        for i in range(begin, end):
            column[i] = mixed & 1


def stream_of(machine: Machine) -> Slice:
    """A rule-free run over as many bytes: what the kernel's shape reads, and what it writes."""
    bills, shape, layers = machine.bills, machine.shape, len(machine.mode)
    in_scope, *others = bills.parts
    words = [bills.profile, bills.total, in_scope, bills.hospital]
    if shape.parts:
        words += others
    if shape.unknowns:
        words += [bills.overlap, machine.opening_at]
    if shape.stays:
        words.append(bills.stay)
    if shape.given:
        words += [bills.recorded[at] for at, mode in enumerate(machine.mode) if mode == k.GIVEN]
    n = bills.height
    words_in = np.stack([np.asarray(word, np.int64) for word in words])
    bytes_in = np.stack([np.asarray(bills.begins, np.uint8)])
    words_out = np.zeros((layers + 3, n), np.int64)
    bytes_out = np.zeros((1 + (layers if shape.unknowns else 0), n), np.uint8)
    return lambda begin, end: _stream(begin, end, bytes_in, words_in, words_out, bytes_out)
