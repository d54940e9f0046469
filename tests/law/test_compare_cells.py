"""Tables compared by meaning, held against a comparison cell by cell with the lookup that explanations use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tuodi.law import read_pack
from tuodi.law.cell import row_of
from tuodi.law.cells import meaning
from tuodi.law.compare import compare
from tuodi.law.model import Layer, Pack, Row, Table
from tuodi.law.spaces import class_space, pack_spaces

COUNTY = read_pack("zz/000000/2024")
LAYERS = [layer.id for layer in COUNTY.layers if layer.rate is not None]


def codes_of(layer: Layer, column: str) -> tuple[str, ...]:
    if column == "class":
        return class_space(layer.classes).codes
    if column == "bracket":
        return tuple(str(number + 1) for number in range(len(layer.brackets.upto) + 1 if layer.brackets else 1))
    return pack_spaces(COUNTY)[column].codes


def with_rate(layer: Layer, table: Table) -> Pack:
    changed = replace(layer, rate=table)
    return replace(COUNTY, layers=tuple(changed if item is layer else item for item in COUNTY.layers))


@st.composite
def tables(draw: st.DrawFn) -> tuple[Layer, Table]:
    """A rate of the county with one row asked otherwise, or two values exchanged."""
    layer = COUNTY.layer(draw(st.sampled_from(LAYERS)))
    assert layer.rate is not None
    rows = list(layer.rate.rows)
    at = draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    if row.when and draw(st.booleans()):
        column = draw(st.sampled_from(sorted(row.when)))
        codes = draw(st.lists(st.sampled_from(codes_of(layer, column)), min_size=1, max_size=3, unique=True))
        rows[at] = replace(row, when={**row.when, column: tuple(codes)})
    else:
        other = draw(st.integers(0, len(rows) - 1))
        rows[at], rows[other] = replace(row, value=rows[other].value), replace(rows[other], value=row.value)
    return layer, Table(tuple(rows))


def cells(layer: Layer, columns: set[str]) -> Iterator[Mapping[str, str]]:
    """Every cell inside the gate, by the codes themselves; a code that has local ones under it is no cell."""
    named = sorted(columns)
    parents = {code.parent for column in COUNTY.codes.values() for code in column.values()}
    spaces = pack_spaces(COUNTY)
    for codes in product(*(codes_of(layer, column) for column in named)):
        cell = dict(zip(named, codes, strict=True))
        inside = all(
            cell[column] in (spaces[column].expand(allowed) if column in spaces else allowed)
            for column, allowed in layer.when.codes.items()
            if column in cell
        )
        if inside and not parents & set(codes):
            yield cell


def value(layer: Layer, table: Table, cell: Mapping[str, str]) -> object:
    row: Row | None = row_of(COUNTY, layer, table, cell)
    return None if row is None else meaning(COUNTY, row.value)


@settings(max_examples=60, deadline=None)
@given(changed=tables())
def test_a_difference_is_told_exactly_where_a_cell_differs(changed: tuple[Layer, Table]) -> None:
    layer, table = changed
    assert layer.rate is not None
    columns = {column for rows in (layer.rate.rows, table.rows) for row in rows for column in row.when}
    pairs = {(value(layer, layer.rate, cell), value(layer, table, cell)) for cell in cells(layer, columns)}
    differ = {pair for pair in pairs if pair[0] != pair[1]}
    told = [change for change in compare(COUNTY, with_rate(layer, table)) if change.what.endswith("支付比例")]
    assert len({(change.before, change.after) for change in told}) == len(differ)
    assert {change.layer for change in told} <= {layer.id}
