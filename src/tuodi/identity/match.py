"""Rows of departments' files → persons of the register, with the reason of each link and the doubtful ones apart.

Enters: ``records`` (``record_id source`` and columns of ``tables.WHO``, ``household_id`` if there) and ``register``
(``person`` and the same columns; several rows of one person are other spellings known of it). Leaves: :class:`Links`.
Numbers decide first, by named rules; likelihood only where no number does. Nothing here merges anything: a link is a
row with its reason, and can be taken back. Imports the room; ``splink`` only where a likelihood is needed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from tuodi.errors import TableError, UsageError
from tuodi.identity import _likely, _rules
from tuodi.identity._evidence import SHOWN, agreements, compared
from tuodi.identity._people import demand
from tuodi.identity._settle import PROPOSED, rank
from tuodi.identity._work import NEW, Work, known_persons, profiles

__all__ = ["LINKS", "Links", "Thresholds", "duplicates", "link"]

LINKS = {
    "record_id": pl.String(), "source": pl.String(), "outcome": pl.String(), "person": pl.String(),
    "rule": pl.String(), "score": pl.Float64(), "agree": pl.String(), "against": pl.String(),
}  # fmt: skip
_REVIEW = ("record_id", "source", "person", "rule", "score", "agree", "against")
_DUPLICATE_SHARE = 0.02


@dataclass(frozen=True)
class Thresholds:
    """Probabilities: from ``link`` on a row is linked, from ``review`` on a person decides, below it is somebody new.

    ``margin``: by how much the probability of the second-best person must be lower for a link without a person.
    """

    link: float = 0.99
    review: float = 0.2
    margin: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.review <= self.link <= 1:
            raise UsageError(
                f"thresholds: review {self.review} and link {self.link}; 0 < review ≤ link ≤ 1 would be right"
            )


@dataclass(frozen=True)
class Links:
    """What :func:`link` found.

    ``links``: one row a record (:data:`LINKS`). ``outcome`` is ``linked`` (``person`` of the register), ``new``
    (``person`` is a made-up key that all records of one new person share) or ``review`` (``person`` is empty until
    somebody decides). ``agree`` and ``against`` name fields, separated by ``;``.
    ``review``: one row a doubtful pair, ``record_id source person rule score agree against``.
    ``comparisons``: both sides of each doubtful pair, ``record_id person field left right agreement``.
    ``learnt``: what agreement was worth (field, agreement, m, u, pairs counted); empty if no likelihood was needed.
    """

    links: pl.DataFrame
    review: pl.DataFrame
    comparisons: pl.DataFrame
    learnt: pl.DataFrame


def link(
    records: pl.DataFrame,
    register: pl.DataFrame,
    *,
    thresholds: Thresholds | None = None,
    once: Collection[str] = (),
) -> Links:
    """Find out who each record is. The order of rows changes nothing.

    ``once``: sources in which a person stands one time; a second row that likelihood would give to the same person is
    a question instead. Raises ``TableError`` where a key is missing, empty, twice, or of this function's own making.
    """
    limits = thresholds or Thresholds()
    demand(records, "records", "record_id", "source")
    demand(register, "register", "person")
    if records["record_id"].is_duplicated().any():
        twice = records["record_id"].filter(records["record_id"].is_duplicated()).min()
        raise TableError(f"table records: record_id {twice!r} stands more than once; each record needs its own")
    made_up = register["person"].str.starts_with(NEW)
    if made_up.any():
        key = register["person"].filter(made_up).min()
        raise TableError(
            f"table register: person {key!r}: link makes up keys with {NEW!r}; give persons keys of your own"
        )
    rows, members = profiles(records)
    work = Work(rows, known_persons(register), (limits.link, limits.review, limits.margin), frozenset(once))
    work.run()
    return _links(work, members)


def duplicates(register: pl.DataFrame, *, thresholds: Thresholds | None = None) -> Links:
    """Persons of the register who may be one and the same: nobody is merged, every pair is for a person to decide.

    ``links`` is empty; ``record_id`` and ``person`` of the other tables are the two persons, the smaller key first.
    """
    limits = thresholds or Thresholds()
    demand(register, "register", "person")
    known = known_persons(register)
    rows = known.rename({"person": "record_id", "known": "row"}).with_columns(source=pl.lit("register"))
    rules = (_rules.by_number, _rules.by_insurer, _rules.by_slip, _rules.by_traits)
    proposed = [by(rows, known).with_columns(score=pl.lit(None, dtype=pl.Float64)).select(*PROPOSED) for by in rules]
    learnt = pl.DataFrame(schema=_likely.LEARNT)
    weak = rows.filter(~pl.col("firm"), pl.col("name").is_not_null())
    if len(weak):
        learnt = _likely.learn((known.head(0), known.head(0)), weak, known)
        likely = _likely.likely(weak, known, learnt, _DUPLICATE_SHARE, limits.review)
        proposed.append(likely.select("row", "known", "person", rule=pl.lit("likely"), score="probability"))
    named = (
        pl.concat(proposed)
        .join(rows.select("row", "record_id"), on="row")
        .filter(pl.col("record_id") != pl.col("person"))
        .with_columns(
            low=pl.min_horizontal("record_id", "person"), high=pl.max_horizontal("record_id", "person"), rank=rank()
        )
        .sort(
            "low",
            "high",
            "rank",
            pl.col("score").fill_null(1.0) * -1,
            pl.col("record_id") != pl.col("low"),
            "row",
            "known",
        )
        .unique(["low", "high"], keep="first", maintain_order=True)
    )
    pairs = named.select(*PROPOSED, "record_id").with_columns(source=pl.lit("register"))
    return Links(pl.DataFrame(schema=LINKS), *_told(pairs, rows, known), learnt)


def _links(work: Work, members: pl.DataFrame) -> Links:
    """Every record with its outcome, from what was found for its profile."""
    sources = work.rows.select("row", "source")
    doubtful = work.doubtful.join(sources, on="row").join(members, on="row")
    review, comparisons = _told(doubtful, work.rows, work.known)
    found = _evidence(work.found, work.rows, work.known).join(sources, on="row").join(members, on="row")
    open_ = (
        review.sort("record_id", rank(), "score", "person", descending=[False, False, True, False], nulls_last=True)
        .unique("record_id", keep="first", maintain_order=True)
        .with_columns(outcome=pl.lit("review"), person=pl.lit(None, dtype=pl.String()))
    )
    links = pl.concat([found.select(*LINKS), open_.select(*LINKS)]).sort("record_id")
    return Links(links, review, comparisons, work.learnt)


def _told(pairs: pl.DataFrame, rows: pl.DataFrame, known: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Doubtful pairs and both their sides, field by field."""
    review = _evidence(pairs, rows, known).select(*_REVIEW).sort("record_id", "person")
    comparisons = compared(pairs, rows, known, "record_id", "person")
    return review, comparisons


def _evidence(pairs: pl.DataFrame, rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """``pairs`` with the fields that agree (or are alike) and those that do not."""
    codes = agreements(pairs, rows, known)

    def naming(*wanted: str) -> pl.Expr:
        parts = [pl.when(pl.col(name).is_in(wanted)).then(pl.lit(name)) for name in SHOWN]
        return pl.concat_str(parts, separator=";", ignore_nulls=True)

    return codes.with_columns(agree=naming("same", "alike"), against=naming("different")).select(
        *pairs.columns, "agree", "against"
    )
