"""Everything that is wrong with a pack, or with all versions of a region.

Enters: a reference to packs, or a pack as read. Leaves: problems with file, line, path, what was found and what would
be right. Structure and names are checked while reading; here stands what needs the whole pack (counters, layers) or
its neighbours (versions in force on the same day), and the way to the compiler, which knows gaps, double matches and
dominance. Imports ``tuodi.errors``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

from tuodi.errors import PackError, Problem, nearest
from tuodi.law.find import PACK_FILE, locate
from tuodi.law.model import Cap, Layer, Origin, Pack
from tuodi.law.source import Problems

__all__ = ["check_pack", "consistent", "overlapping"]


def check_pack(ref: str | Path, roots: Sequence[Path] | None = None) -> list[Problem]:
    """All problems of the packs that ``ref`` means, in order; an empty list if they can be used."""
    from tuodi.law.read import gather, read_versions

    try:
        places = locate(str(ref), roots)
    except PackError as error:
        return list(error.problems)
    problems = Problems()
    packs = [pack for place in places if (pack := gather(place, roots, problems)) is not None]
    if problems:
        return sorted(problems.found)
    for pack in packs:
        problems.found.extend(_compiled(pack))
    if len(places) == 1 and places[0].root is not None and places[0].id:
        # A neighbour that cannot be read is its own problem, not this pack's.
        try:
            packs = list(read_versions(packs[0].region, [places[0].root]))
        except PackError:
            packs = packs[:1]
    overlapping(packs, problems)
    return sorted(problems.found)


def _compiled(pack: Pack) -> list[Problem]:
    from tuodi.law.compile import compile_award, compile_pack

    found: list[Problem] = []
    if not pack.layers:
        return found
    try:
        compile_pack(pack)
        for award in pack.awards:
            compile_award(pack, award.id)
    except PackError as error:
        found += error.problems
    return found


def overlapping(packs: Sequence[Pack], problems: Problems) -> None:
    """Versions of one region may not be in force on the same day: a date could not choose between them."""
    ordered = sorted(packs, key=lambda pack: (pack.in_force_from, pack.id))
    for earlier, later in pairwise(ordered):
        last = earlier.in_force_to or date.max
        if later.in_force_from <= last:
            until = f"to {last}" if earlier.in_force_to else "without an end"
            place = _in_force(later)
            problems.add(
                place,
                f"in force from {later.in_force_from}, while {earlier.id} is in force {until}",
                "versions of a region that follow one another: give the earlier one a 'to'",
            )


def _in_force(pack: Pack) -> Origin:
    """Where a pack says when it is in force; its ``extends`` where it inherits that."""
    folder = Path(pack.folder)
    lines = (folder / PACK_FILE).read_text("utf-8-sig").splitlines()
    starts = [number for key in ("in_force", "extends") for number, line in enumerate(lines, 1) if line.startswith(key)]
    return Origin(pack.id, f"{folder.parents[2].name}/{pack.id}/{PACK_FILE}", (starts or [1])[0], "in_force.from")


def consistent(pack: Pack, problems: Problems) -> None:
    """Note what does not fit together within one pack."""
    _ids(pack, problems)
    _caps(pack, problems)
    _gates(pack, problems)
    for layer in pack.layers:
        if layer.rate is None:
            for name, table in (("factor", layer.factor), ("points", layer.points)):
                if table is not None:
                    problems.add(table.origin, f"{name!r} without a rate", "'rate', on which it works")


def _ids(pack: Pack, problems: Problems) -> None:
    for name, origin in [(item.id, item.origin) for item in pack.layers] + [(a.id, a.origin) for a in pack.awards]:
        if not name.isidentifier():
            problems.add(origin, f"the name {name!r}", "letters, digits and _ : it names columns and counters")
    layers = {layer.id for layer in pack.layers}
    for award in pack.awards:
        if award.id in layers:
            problems.add(award.origin, f"the award {award.id!r} has a layer's name", "a name of its own")


_LAYER_COUNTERS = ("deductible", "base", "paid", "exact", "target", "had")
"""Counters that every layer has beside those of its caps; opening balances name them likewise."""


def _fed(pack: Pack) -> Iterator[tuple[int, Layer, Cap]]:
    for number, layer in enumerate(pack.layers):
        for cap in layer.caps:
            yield number, layer, cap


def _caps(pack: Pack, problems: Problems) -> None:
    """Caps that share a counter count the same thing over the same span, once a layer."""
    first: dict[str, tuple[Layer, Cap]] = {}
    taken = {f"{layer.id}.{name}" for layer in pack.layers for name in _LAYER_COUNTERS}
    for _, layer, cap in _fed(pack):
        if cap.counter in taken:
            found = f"the counter {cap.counter!r} is a layer's own (section 7.12)"
            problems.add(cap.origin, found, "another 'id' or 'counter' for the cap")
        if cap.counter not in first:
            first[cap.counter] = (layer, cap)
            continue
        other_layer, other = first[cap.counter]
        where = f"{other_layer.id}.{other.id} in line {other.origin.line}"
        if layer.id == other_layer.id:
            expected = "one cap with a table as its limit, or a counter of its own"
            problems.add(cap.origin, f"the counter {cap.counter!r} is fed twice in {layer.id!r}", expected)
        elif (cap.per, cap.counts) != (other.per, other.counts):
            found = f"the counter {cap.counter!r} per {cap.per} counting {cap.counts}"
            expected = f"per {other.per} counting {other.counts}, as {where} that shares it"
            problems.add(cap.origin, found, expected)


def _gates(pack: Pack, problems: Problems) -> None:
    """``used_up`` names counters that layers before this one feed."""
    by_counter: dict[str, int] = {}
    for number, layer, cap in _fed(pack):
        by_counter.setdefault(cap.counter, number)
        by_counter.setdefault(f"{layer.id}.{cap.id}", number)
    for number, layer in enumerate(pack.layers):
        earlier = sorted(name for name, at in by_counter.items() if at < number)
        for name in layer.when.used_up:
            if name in earlier:
                continue
            place = _below(layer.when.origin, "used_up")
            known = ", ".join(earlier) or "none: no earlier layer has a cap"
            what = f"the counter {name!r} of this or a later layer" if name in by_counter else f"the counter {name!r}"
            problems.add(place, what, f"a counter of an earlier layer: {known}{nearest(name, earlier)}")


def _below(origin: Origin, key: str) -> Origin:
    return replace(origin, path=f"{origin.path}.{key}")
