"""``tuodi settle`` of a Parquet file of any size: piece by piece, every person whole, in a bounded memory.

Enters: a law, the files of the command. Leaves: a Parquet file in the order of persons, and what was counted. The rows
are those that the file read as a whole would give. Imports ``tuodi.engine``, ``tuodi.exchange``, ``tuodi.settlement``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from tuodi.cli.counts import tally
from tuodi.cli.inputs import Inputs, local_codes
from tuodi.cli.progress import Working
from tuodi.engine.local import each_in_order, write_in_order
from tuodi.engine.parts import ROW, NotInOrderError, dealt_parts, lies_in_order, straight_parts
from tuodi.exchange import Reading, column_of, join_readings, read_piece, tidy_names
from tuodi.settlement import Law, in_output_order
from tuodi.settlement import settle as run_settle
from tuodi.vocabulary import codes

__all__ = ["NeededWholeError", "Pieces", "by_pieces", "settle_pieces"]

WORDS = ("status", "reason")
"""Columns of a result with few distinct texts."""


class NeededWholeError(Exception):
    """Bills of two pieces hang together: two persons' have one number, one reverses the other's, or one person is
    written in several ways. Only the file as a whole can say what is right."""


@dataclass(frozen=True)
class Pieces:
    """What was read and settled: the file's reading without its good rows, how many bills, how many of each status and,
    by status, of each reason, and whether a bill names an identity."""

    reading: Reading
    bills: int
    statuses: Mapping[str, int]
    reasons: Mapping[str, Mapping[str, int]]
    named_at_hospital: bool


@dataclass(frozen=True)
class _Task:
    """What every piece needs to be settled. ``lists``: the other tables, each in the order of persons."""

    law: Law
    person: str
    claim: str | None
    reverses: str | None
    file: str
    lists: Mapping[str, pl.DataFrame]
    window_from: date | None
    given: Collection[str]

    def __call__(self, cells: pl.DataFrame) -> _Done:
        rows = cells[ROW]
        reading = read_piece(cells.drop(ROW), rows, self.person, self.file, local_codes(self.law.packs))
        claims = in_output_order(reading.frame)
        own = {name: _stretch(frame, claims["person_id"]) for name, frame in self.lists.items()}
        found = run_settle(
            self.law, claims, own.get("identities"), own.get("persons"), own.get("opening"),
            window_from=self.window_from, given=self.given,
        )  # fmt: skip
        named = claims["identity_at_hospital"].null_count() < claims.height
        bills = found.bills.drop("counter_year", "pack")
        whole = claims.height == cells.height  # no row was set aside: the numbers are read already
        own_numbers = _numbers(claims["claim_id"] if whole else _names(cells, self.claim))
        named_there = _numbers(_names(cells, self.reverses))
        beyond = np.setdiff1d(named_there, own_numbers, assume_unique=True) if len(named_there) else named_there
        ends = (claims["person_id"][0], claims["person_id"][-1]) if claims.height else None
        return _Done(join_readings([reading], keep=False), bills, own_numbers, beyond, named, ends)


class _Done(NamedTuple):
    """A piece settled: its bills, the numbers of all its rows, those that its reversals name and it lacks, and its
    first and last person."""

    reading: Reading
    bills: pl.DataFrame
    numbers: npt.NDArray[np.uint64]
    beyond: npt.NDArray[np.uint64]
    named_at_hospital: bool
    ends: tuple[str, str] | None


def _names(cells: pl.DataFrame, column: str | None) -> pl.Series:
    """A column of identifiers as it will be read; empty where the file has none."""
    if column is None or cells[column].null_count() == cells.height:
        return pl.Series([], dtype=pl.String())
    return tidy_names(cells[column].drop_nulls())


def _numbers(names: pl.Series) -> npt.NDArray[np.uint64]:
    """Distinct bill numbers as hashes, in their order; equal ones may be chance, and the whole file then tells."""
    found: npt.NDArray[np.uint64] = np.sort(names.drop_nulls().hash().to_numpy())
    if not len(found):
        return found
    first = np.concatenate([[True], found[1:] != found[:-1]])
    return np.asarray(found[first])


def _stretch(frame: pl.DataFrame, persons: pl.Series) -> pl.DataFrame:
    """The rows of a list, in the order of persons, from the first to the last of these persons."""
    if not len(persons):
        return frame.clear()
    names = frame["person_id"]
    begin, end = names.search_sorted(persons[0], "left"), names.search_sorted(persons[-1], "right")
    return frame.slice(begin, end - begin)


def by_pieces(files: Mapping[str, Sequence[Path]], out: Path) -> str | None:
    """The header of the persons' column if the claims can be settled piece by piece, else None."""
    claims = files["claims"]
    if len(claims) != 1 or {claims[0].suffix.lower(), out.suffix.lower()} != {".parquet"}:
        return None
    try:
        stored = pq.ParquetFile(claims[0])
    except (OSError, pa.ArrowException):
        return None  # reading it says what is wrong
    schema = stored.schema_arrow
    if not stored.metadata.num_rows:
        return None
    if column_of("certificate", schema.names, claims[0].name) is not None:
        return None  # persons of the lists are looked up in the whole file
    person = column_of("person_id", schema.names, claims[0].name)
    names = [column_of(name, schema.names, claims[0].name) for name in ("claim_id", "reverses")]
    if not all(_is_name(schema.field(name).type) for name in names if name is not None):
        return None  # 12.0 and 12 name one bill: reading tells
    texts = (pa.string(), pa.large_string(), pa.string_view())
    return person if person is not None and schema.field(person).type in texts else None


def _is_name(found: pa.DataType) -> bool:
    """Whether a bill's number is stored so that its text is the number."""
    found = found.value_type if pa.types.is_dictionary(found) else found
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_integer)
    return pa.types.is_null(found) or any(kind(found) for kind in kinds)


def settle_pieces(
    law: Law,
    claims: Path,
    person: str,
    lists: Inputs,
    draft: Path,
    window_from: date | None,
    given: Collection[str],
    threads: int,
    told: Working | None = None,
) -> Pieces:
    """Settle a file of claims into ``draft``; ``lists`` holds the other tables of the command.

    Raises :class:`NeededWholeError` where the file must be read as a whole, and what reading and settling raise.
    """
    tables = {
        name: frame.sort("person_id", maintain_order=True)
        for name in ("identities", "persons", "opening")
        if (frame := getattr(lists, name)) is not None
    }
    headers = pq.read_schema(claims).names
    claim, reverses = (column_of(name, headers, claims.name) for name in ("claim_id", "reverses"))
    task = _Task(law, person, claim, reverses, claims.name, tables, window_from, given)
    for straight in (True, False) if lies_in_order(claims, person) else (False,):
        with TemporaryDirectory(prefix=".", dir=draft.parent) as folder:
            parts = straight_parts(claims, person) if straight else dealt_parts(claims, person, Path(folder))
            try:
                return _run(task, parts, claims, draft, threads, told)
            except NotInOrderError:
                continue
    raise AssertionError("parts that are dealt out are always in order")


def _run(
    task: _Task, parts: Iterator[pl.DataFrame], claims: Path, draft: Path, threads: int, told: Working | None
) -> Pieces:
    readings: list[Reading] = []
    numbers: list[npt.NDArray[np.uint64]] = []
    beyond: list[npt.NDArray[np.uint64]] = []
    counts: Counter[tuple[str, str]] = Counter()
    names = []
    rows = pq.ParquetFile(claims).metadata.num_rows

    def tables() -> Iterator[pa.Table]:
        read, last = 0, None
        for done in each_in_order(parts, task, threads):
            readings.append(done.reading)
            numbers.append(done.numbers)
            beyond.append(done.beyond)
            names.append(done.named_at_hospital)
            counts.update(_count(done.bills))
            if done.ends:
                # Parts are cut between persons as they are written; as they are read, they may be others.
                if last is not None and done.ends[0] <= last:
                    raise NeededWholeError
                last = done.ends[1]
            read += done.reading.rows_read
            if told:
                told.of(read, rows)
            yield _arrow(done.bills)

    bills = write_in_order(tables(), draft, _schema(task.law), "person_id", list(WORDS))
    every = np.sort(np.concatenate(numbers))
    named = np.concatenate(beyond)
    place = np.minimum(np.searchsorted(every, named), len(every) - 1)
    if (every[1:] == every[:-1]).any() or (every[place] == named).any():
        raise NeededWholeError
    return Pieces(
        join_readings(readings, keep=False),
        bills,
        *tally((*group, count) for group, count in counts.items()),
        any(names),
    )


def _count(bills: pl.DataFrame) -> dict[tuple[str, str], int]:
    """How many bills of each status and reason; most have none, and those are not grouped."""
    said = bills["reason"] != ""
    if said.any():
        groups = bills.select(WORDS).filter(said).group_by(WORDS).len().iter_rows()
        counts = {(status, reason): count for status, reason, count in groups}
        silent = bills["status"].filter(~said)
    else:
        counts, silent = {}, bills["status"]
    return counts | {(status, ""): int((silent == status).sum()) for status in codes("status")}


def _money(law: Law) -> list[str]:
    return [*(f"pay_{layer}" for layer in law.layers), "self_in_scope", "self_total"]


def _schema(law: Law) -> pa.Schema:
    words = ("claim_id", "person_id", *WORDS)
    return pa.schema(
        [*((name, pa.large_string()) for name in words), *((name, pa.decimal128(18, 2)) for name in _money(law))]
    )


def _arrow(bills: pl.DataFrame) -> pa.Table:
    """A result as it is written: the same integers, read with two decimals."""
    columns = {}
    for name in bills.columns:
        if bills.schema[name] == pl.String():
            columns[name] = bills[name].rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        else:
            columns[name] = _decimal(bills[name])
    return pa.table(columns)


def _decimal(fen: pl.Series) -> pa.Array:
    wide = np.empty((len(fen), 2), np.int64)
    wide[:, 0] = fen.fill_null(0).to_numpy()
    wide[:, 1] = wide[:, 0] >> 63
    valid = None
    if fen.null_count():
        valid = pa.array(fen.is_not_null().to_numpy()).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(fen), [valid, pa.py_buffer(wide)])
