"""Likelihood for rows that no number decides: Splink on DuckDB, in memory.

Enters: cleaned rows, cleaned known persons, and pairs that a number has already decided. Leaves: pairs with a
probability. What agreement is worth is *counted*: among the decided pairs for one person (m), among pairs put together
by a fixed rule for two persons (u). So nothing is drawn, and the order of rows does not matter. Where too few pairs
are decided the stated defaults hold. Imports the room; ``splink`` and ``duckdb`` only when called.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from tuodi.errors import UsageError

__all__ = ["COMPARISONS", "CONDITIONS", "LEARNT", "learn", "likely"]


@dataclass(frozen=True)
class Level:
    """One degree of agreement: its name, its SQL condition, default m and u."""

    name: str
    condition: str
    m: float
    u: float


_VILLAGE = "coalesce(region_l = region_r, false) OR coalesce(village_l = village_r AND town_l = town_r, false)"
_TOWN = "coalesce(zone_l = zone_r, false) OR coalesce(town_l = town_r, false)"
_NO_VILLAGE = "(region_l IS NULL OR region_r IS NULL) AND (village_l IS NULL OR village_r IS NULL)"
_MASK = "digits_l LIKE replace(digits_r, '*', '_') OR digits_r LIKE replace(digits_l, '*', '_')"

COMPARISONS: Mapping[str, tuple[str, tuple[Level, ...]]] = {
    "name": (
        "name_l IS NULL OR name_r IS NULL",
        (
            Level("same", "name_l = name_r", 0.98, 0.0005),
            Level("alike", "length(name_l) >= 2 AND damerau_levenshtein(name_l, name_r) <= 1", 0.015, 0.02),
        ),
    ),
    "birth": (
        "birth_l IS NULL OR birth_r IS NULL",
        (
            Level("same", "birth_l = birth_r", 0.97, 0.00004),
            Level("alike", "damerau_levenshtein(birth_l, birth_r) <= 1", 0.02, 0.0006),
            Level("near", "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)", 0.005, 0.012),
        ),
    ),
    "sex": ("sex_l IS NULL OR sex_r IS NULL", (Level("same", "sex_l = sex_r", 0.995, 0.5),)),
    "phone": (
        "phone_l IS NULL OR phone_r IS NULL",
        (
            Level("same", "phone_l = phone_r", 0.75, 0.000005),
            Level("alike", "damerau_levenshtein(phone_l, phone_r) <= 1", 0.01, 0.000005),
        ),
    ),
    "place": (
        " AND ".join(f"({name}_l IS NULL OR {name}_r IS NULL)" for name in ("region", "zone", "town")),
        (
            Level("same", f"({_VILLAGE}) AND coalesce(address_l = address_r, false)", 0.2, 0.0002),
            Level("alike", _VILLAGE, 0.4, 0.004),
            Level("town", f"({_TOWN}) AND {_NO_VILLAGE}", 0.33, 0.02),
            Level("near", _TOWN, 0.03, 0.05),
        ),
    ),
    "household": (
        "household_l IS NULL OR household_r IS NULL",
        (Level("same", "household_l = household_r", 0.9, 0.00001),),
    ),
    "digits": (
        "digits_l IS NULL OR digits_r IS NULL",
        (
            Level("same", "digits_l = digits_r", 0.2, 1e-6),
            Level("alike", f"({_MASK}) OR damerau_levenshtein(digits_l, digits_r) <= 2", 0.7, 1e-5),
        ),
    ),
}  # fmt: skip
"""Field → condition of *nothing known*, and the degrees of agreement; the last degree, ``different``, is the rest."""

_WITH_FREQUENCY = frozenset({"name", "birth"})
"""The same rare name says more than the same common one; many lists write 1 January for a birth date not known."""

_TAUGHT = frozenset({"birth", "sex", "phone", "place", "household"})
"""Fields whose m is counted. A number links only what has like names, so names cannot be counted among its pairs."""

CONDITIONS = ("name", "birth", "phone", "household", "digits")
"""Two records are compared if they agree in one of these."""

_COLUMNS = ("name", "birth", "sex", "phone", "region", "town", "village", "address", "zone", "household", "digits")
_FEWEST, _WEIGHT, _FLOOR, _STRANGERS, _PORTION = 500, 20.0, 0.1, 1_000_000, 50_000

LEARNT = {
    "field": pl.String(), "agreement": pl.String(), "m": pl.Float64(), "u": pl.Float64(),
    "m_pairs": pl.Int64(), "u_pairs": pl.Int64(),
}  # fmt: skip


def _shape(people: pl.DataFrame, birth: str = "birth") -> pl.DataFrame:
    """The columns that are compared, as text."""
    digits = pl.coalesce("digits", pl.when(pl.col("firm")).then("number"))
    made = {"birth": pl.col(birth).dt.strftime("%Y%m%d"), "digits": digits}
    return people.select(**{name: made.get(name, pl.col(name)) for name in _COLUMNS})


def _case(field: str) -> str:
    unknown, levels = COMPARISONS[field]
    whens = " ".join(f"WHEN {level.condition} THEN '{level.name}'" for level in levels)
    return f"CASE WHEN {unknown} THEN NULL {whens} ELSE 'different' END"


def _counts(con: Any, left: pl.DataFrame, right: pl.DataFrame) -> dict[str, dict[str, int]]:
    """How often each degree of agreement occurs among pairs that stand side by side."""
    pairs = pl.concat([left.rename(lambda name: f"{name}_l"), right.rename(lambda name: f"{name}_r")], how="horizontal")
    con.register("side_by_side", pairs.to_arrow())
    found = {}
    for field in COMPARISONS:
        rows = con.execute(f"SELECT {_case(field)} AS degree, count(*) FROM side_by_side GROUP BY degree").fetchall()
        found[field] = {str(degree): int(count) for degree, count in rows if degree is not None}
    con.unregister("side_by_side")
    return found


def learn(decided: tuple[pl.DataFrame, pl.DataFrame], rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """What each degree of agreement is worth, as :data:`LEARNT`.

    ``decided``: rows and known rows side by side that a number has found to be one person. The defaults count as many
    pairs as :data:`_WEIGHT`, and nothing counts for less than a tenth of its default: a degree never seen is possible.
    """
    con = _connection()
    rows, known = rows.sort(*_COLUMNS, nulls_last=True), known.sort("person", *_COLUMNS, nulls_last=True)
    taught = _counts(con, _shape(decided[0], "birth_own"), _shape(decided[1], "birth_own"))
    strangers: dict[str, dict[str, int]] = {field: {} for field in COMPARISONS}
    if len(rows) and len(known):
        count = min(_STRANGERS, len(rows) * len(known))
        place = pl.int_range(count, eager=True, dtype=pl.UInt64)
        one = rows[(place % len(rows)).to_list()]
        other = known[(place.hash(seed=11) % len(known)).to_list()]
        strangers = _counts(con, _shape(one), _shape(other))
    con.close()
    made = []
    for field, (_, levels) in COMPARISONS.items():
        seen, apart = taught[field], strangers[field]
        ours, theirs = sum(seen.values()), sum(apart.values())
        counted = field in _TAUGHT and ours >= _FEWEST
        left_m, left_u = 1 - sum(level.m for level in levels), 1 - sum(level.u for level in levels)
        rest = Level("different", "", left_m, left_u)
        for level in (*levels, rest):
            m = (seen.get(level.name, 0) + level.m * _WEIGHT) / (ours + _WEIGHT) if counted else level.m
            u = (apart.get(level.name, 0) + level.u * _WEIGHT) / (theirs + _WEIGHT)
            made.append(
                (field, level.name, max(m, level.m * _FLOOR), max(u, level.u * _FLOOR), ours if counted else 0, theirs)
            )
    return pl.DataFrame(made, schema=LEARNT, orient="row")


def likely(rows: pl.DataFrame, known: pl.DataFrame, learnt: pl.DataFrame, share: float, least: float) -> pl.DataFrame:
    """Pairs ``row known person probability name_degree`` with a probability of ``least`` or more.

    ``share``: which part of the rows is expected to be known.
    """
    schema = {
        "row": pl.UInt32(), "known": pl.UInt32(), "person": pl.String(), "probability": pl.Float64(),
        "name_degree": pl.Int32(),
    }  # fmt: skip
    found = [pl.DataFrame(schema=schema)]
    known = known.sort("known")
    for portion in rows.sort("row").iter_slices(_PORTION):
        if len(known):
            found.append(_portion(portion, known, learnt, min(0.5, share / len(known)), least))
    result = pl.concat(found).join(known.select("known", _person="person"), on="known", how="left")
    return result.with_columns(person="_person").select(*schema).sort("row", "known")


def _connection() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise UsageError("linking without a number needs splink and duckdb: pip install 'tuodi[platform]'") from error
    con = duckdb.connect(":memory:")
    con.execute("SET enable_progress_bar = false")
    return con


def _portion(rows: pl.DataFrame, known: pl.DataFrame, learnt: pl.DataFrame, prior: float, least: float) -> pl.DataFrame:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    con = _connection()
    db = DuckDBAPI(connection=con)
    tables = [
        db.register(_shape(people).with_columns(unique_id=people[key]).to_arrow(), dataset_display_name=name)
        for people, key, name in ((rows, "row", "a_rows"), (known, "known", "b_known"))
    ]
    worth = {(field, level): (m, u) for field, level, m, u in learnt.select("field", "agreement", "m", "u").rows()}
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[_comparison(field, worth) for field in COMPARISONS],
        blocking_rules_to_generate_predictions=[block_on(name) for name in CONDITIONS],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # splink's own advice on training, which is not done here
        linker = Linker(tables, settings, log_level=None)
        predicted = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
        table = pl.from_arrow(predicted.as_duckdbpyrelation().to_arrow_table())
    con.close()
    assert isinstance(table, pl.DataFrame)
    rows_left = pl.col("source_dataset_l") == "a_rows"
    return table.select(
        row=pl.when(rows_left).then("unique_id_l").otherwise("unique_id_r").cast(pl.UInt32),
        known=pl.when(rows_left).then("unique_id_r").otherwise("unique_id_l").cast(pl.UInt32),
        person=pl.lit(None, dtype=pl.String()),
        probability=pl.col("match_probability"),
        name_degree=pl.col("gamma_name").cast(pl.Int32),
    )


def _comparison(field: str, worth: Mapping[tuple[str, str], tuple[float, float]]) -> dict[str, Any]:
    unknown, levels = COMPARISONS[field]
    made: list[dict[str, Any]] = [
        {"sql_condition": unknown, "label_for_charts": f"{field}: not known", "is_null_level": True}
    ]
    conditions: Sequence[tuple[str, str]] = [*((lv.name, lv.condition) for lv in levels), ("different", "ELSE")]
    for name, condition in conditions:
        m, u = worth[field, name]
        level = {
            "sql_condition": condition, "label_for_charts": f"{field}: {name}",
            "m_probability": m, "u_probability": u,
        }  # fmt: skip
        if name == "same" and field in _WITH_FREQUENCY:
            level |= {"tf_adjustment_column": field, "tf_adjustment_weight": 1.0}
        made.append(level)
    return {"output_column_name": field, "comparison_levels": made}
