"""The steps of one linkage, in their order, and what has been found so far.

Enters: profiles of records and known persons, both cleaned. Leaves: tables for ``match``. Imports the room.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from tuodi.identity import _likely, _rules
from tuodi.identity._people import FIELDS, cleaned
from tuodi.identity._settle import PROPOSED, Settled, settle, settle_likely

__all__ = ["NEW", "Work", "known_persons", "profiles"]

NEW = "new:"
_PLACES = ("phone", "region", "village", "address")
_LEAST_SHARE, _MOST_SHARE = 0.05, 0.95
_FOUND = {**PROPOSED, "outcome": pl.String()}


def profiles(records: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of one source that say the same of a person, once; and which record belongs to which.

    Rows with little in them (no number, no birth date or nothing on where) stay apart: equal names are many.
    """
    rows = cleaned(records, "record_id", "source")
    little = pl.col("number").is_null() & pl.col("insurer").is_null()
    little &= pl.any_horizontal(pl.col("name", "birth").is_null()) | pl.all_horizontal(pl.col(_PLACES).is_null())
    rows = rows.with_columns(apart=pl.when(little).then("record_id"))
    keys = ["source", *FIELDS, "firm", "zone", "apart"]
    grouped = (
        rows.group_by(keys).agg(pl.col("record_id").sort()).with_columns(least=pl.col("record_id").list.first())
        .sort("source", "least").drop("apart").with_row_index("row")
    )  # fmt: skip
    members = grouped.select("row", "record_id").explode("record_id")
    return grouped.drop("record_id"), members


def known_persons(register: pl.DataFrame) -> pl.DataFrame:
    """The register's rows, cleaned, each once, numbered by ``known``."""
    rows = cleaned(register, "person").unique()
    return rows.sort("person", *FIELDS, nulls_last=True).with_row_index("known")


class Work:
    """What is known and what is still open, step by step."""

    def __init__(
        self, rows: pl.DataFrame, known: pl.DataFrame, limits: tuple[float, float, float], once: frozenset[str]
    ) -> None:
        self.rows, self.known, self.limits, self.once = rows, known, limits, once
        self.found = pl.DataFrame(schema=_FOUND)
        self.doubtful = pl.DataFrame(schema=PROPOSED)
        self.learnt = pl.DataFrame(schema=_likely.LEARNT)
        self._pairs_of_numbers = pl.DataFrame(schema=PROPOSED)

    def run(self) -> None:
        """All steps: numbers, rows with an unknown number, new persons by number, rows without one, the rest."""
        self.numbers()
        self._with_number()
        self.numbers()
        self._new_by_number()
        self._without_number()
        self._new_without_number()

    def _open(self) -> pl.DataFrame:
        return self.rows.join(self.found, on="row", how="anti").join(self.doubtful, on="row", how="anti")

    def _keep(self, settled: Settled, outcome: str = "linked") -> None:
        new = pl.col("person").str.starts_with(NEW)
        decided = settled.decided.with_columns(outcome=pl.when(new).then(pl.lit("new")).otherwise(pl.lit(outcome)))
        self.found = pl.concat([self.found, decided])
        self.doubtful = pl.concat([self.doubtful, settled.doubtful])

    def numbers(self) -> None:
        """Identity numbers and the insurer's numbers."""
        rows = self._open()
        settled = settle(pl.concat([_rules.by_number(rows, self.known), _rules.by_insurer(rows, self.known)]))
        self._keep(settled)
        told = settled.decided.filter(pl.col("rule") == "same_number")
        self._pairs_of_numbers = pl.concat([self._pairs_of_numbers, told])
        self._learn_of_persons(settled.decided)

    def _learn_of_persons(self, decided: pl.DataFrame) -> None:
        """Add to what is known of a person whatever a linked row says that no row of that person has said."""
        said = decided.select("row", "person").join(self.rows, on="row", how="left")
        new = pl.lit(False)
        for name in ("number", "insurer", "name", "phone", "region", "village", "household"):
            have = (
                self.known.select("person", name).drop_nulls().unique().with_columns(pl.lit(True).alias(f"has_{name}"))
            )
            said = said.join(have, on=["person", name], how="left")
            new = new | (pl.col(name).is_not_null() & pl.col(f"has_{name}").is_null())
        fresh = said.filter(new).select("person", *FIELDS, "firm", "zone").unique()
        self._add(fresh.sort("person", *FIELDS, nulls_last=True))

    def _add(self, people: pl.DataFrame) -> None:
        first = len(self.known)
        numbered = people.with_row_index("known", offset=first)
        self.known = pl.concat([self.known, numbered.select(self.known.columns)])

    def _with_number(self) -> None:
        """Rows whose number nobody has: a slip of a finger, a changed number, or a person known without a number."""
        rows = self._open().filter(pl.col("number").is_not_null())
        self._by_rules(rows)
        rows = self._open().filter(pl.col("number").is_not_null())
        self._by_likelihood(rows.filter(pl.col("firm")), self._persons_without_number())
        self._by_likelihood(rows.filter(~pl.col("firm")), self.known)

    def _persons_without_number(self) -> pl.DataFrame:
        firm = self.known.filter(pl.col("firm")).select("person")
        return self.known.join(firm, on="person", how="anti")

    def _by_rules(self, rows: pl.DataFrame) -> None:
        settled = settle(pl.concat([_rules.by_slip(rows, self.known), _rules.by_traits(rows, self.known)]))
        self._keep(self._singly(settled))
        self._learn_of_persons(settled.decided)

    def _singly(self, settled: Settled) -> Settled:
        """In a list in which each stands once, a row that names a person already found there is a question."""
        named = settled.decided.join(self.rows.select("row", "source"), on="row", how="left", maintain_order="left")
        taken = self._taken().with_columns(taken=True)
        named = named.join(taken, on=["source", "person"], how="left", maintain_order="left")
        twice = named.filter(pl.col("taken").fill_null(False)).with_columns(rule=pl.lit("twice_in_list"))
        kept = named.filter(pl.col("taken").is_null())
        return Settled(kept.select(*PROPOSED), pl.concat([settled.doubtful, twice.select(*PROPOSED)]))

    def _taken(self) -> pl.DataFrame:
        """``source person`` found so far, in sources where a person stands once."""
        found = self.found.select("row", "person").join(self.rows.select("row", "source"), on="row")
        return found.filter(pl.col("source").is_in(sorted(self.once))).select("source", "person").unique()

    def _by_likelihood(self, rows: pl.DataFrame, known: pl.DataFrame) -> None:
        usable = rows.filter(pl.col("name").is_not_null())
        if usable.is_empty() or known.is_empty():
            return
        if self.learnt.is_empty():
            told = self._pairs_of_numbers
            left = told.select("row").join(self.rows, on="row", how="left", maintain_order="left")
            right = told.select("known").join(self.known, on="known", how="left", maintain_order="left")
            self.learnt = _likely.learn((left, right), usable, self.known)
        pairs = _likely.likely(usable, known, self.learnt, self._share(), self.limits[1])
        own, other = self.rows.select("row", "insurer"), self.known.select("known", other="insurer")
        pairs = pairs.join(own, on="row", how="left").join(other, on="known", how="left")
        pairs = pairs.with_columns(clash=(pl.col("insurer") != pl.col("other")).fill_null(False))
        settled = settle_likely(pairs, self.rows, self._taken(), self.once, self.limits)
        self._keep(settled)

    def _share(self) -> float:
        """Which part of the rows with a number was found: as many are expected of the others."""
        numbered = self.rows.filter(pl.col("firm")).select("row")
        found = numbered.join(self.found.filter(pl.col("outcome") == "linked"), on="row", how="semi")
        share = len(found) / len(numbered) if len(numbered) else 0.5
        return min(_MOST_SHARE, max(_LEAST_SHARE, share))

    def _new_by_number(self) -> None:
        """Numbers that nobody has, each a new person of the name that stands with it most often."""
        rows = self._open().filter(pl.col("number").is_not_null())
        if rows.is_empty():
            return
        names = rows.group_by("number", "name").len().sort("number", "len", "name", descending=[False, True, False])
        leading = names.filter(pl.col("name").is_not_null() | (pl.col("name").count().over("number") == 0))
        leading = leading.unique("number", keep="first", maintain_order=True).select("number", leading="name")
        first = (
            rows.join(leading, on="number").filter(pl.col("name").eq_missing(pl.col("leading")))
            .sort("number", "source", "least").unique("number", keep="first", maintain_order=True)
            .with_columns(person=pl.lit(NEW) + pl.col("source") + ":" + pl.col("least"))
        )  # fmt: skip
        self._add(first.sort("person"))
        canonical = self.known.filter(pl.col("person").str.starts_with(NEW))
        settled = settle(_rules.by_number(rows, canonical))
        self._keep(settled)
        self._learn_of_persons(settled.decided)

    def _without_number(self) -> None:
        self._keep(settle(_rules.by_insurer(self._open(), self.known)))
        self._by_rules(self._open())
        self._by_likelihood(self._open(), self.known)

    def _new_without_number(self) -> None:
        """Who is left is new. The same insurer's number, or name, birth date and phone or village: one new person."""
        rows = self._open().sort("row")
        groups = _Groups(rows["row"].to_list())
        for keys in (["insurer", "name"], ["name", "birth", "phone"], ["name", "birth", "region"],
                     ["name", "birth", "town", "village"]):  # fmt: skip
            joined = rows.drop_nulls(keys).group_by(keys).agg(pl.col("row").sort())["row"].to_list()
            groups.join(joined)
        heads = pl.DataFrame(groups.heads(), schema={"row": pl.UInt32(), "head": pl.UInt32()}, orient="row")
        named = heads.join(
            self.rows.select(head="row", person=pl.lit(NEW) + pl.col("source") + ":" + pl.col("least")), on="head"
        )
        made = named.select(
            "row", pl.lit(None, dtype=pl.UInt32()).alias("known"), "person", rule=pl.lit("nobody_like_it"),
            score=pl.lit(None, dtype=pl.Float64()), outcome=pl.lit("new"),
        )  # fmt: skip
        self.found = pl.concat([self.found, made.select(*_FOUND)])


class _Groups:
    """Rows that belong together, each group known by its smallest row."""

    def __init__(self, rows: Iterable[int]) -> None:
        self._parent = {row: row for row in rows}

    def _head(self, row: int) -> int:
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def join(self, groups: Iterable[list[int]]) -> None:
        """Each list of rows becomes one group."""
        for group in groups:
            heads = sorted({self._head(row) for row in group})
            for head in heads[1:]:
                self._parent[head] = heads[0]

    def heads(self) -> list[tuple[int, int]]:
        """Every row with the smallest row of its group."""
        return [(row, self._head(row)) for row in sorted(self._parent)]
