"""``tuodi settle --engine spark://host:port``: the settlement of a province's Parquet tables on a cluster.

Enters: a master's address, a law, paths that every worker can reach. Leaves: a folder of Parquet parts with the columns
of ``tuodi settle``, and what it counted. Needs the extra ``spark``. Imports ``tuodi.engine`` and ``tuodi.settlement``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import typer

from tuodi import tables
from tuodi.cli.common import EXIT, language, print_json, roots_of, say, texts
from tuodi.cli.counts import tally
from tuodi.cli.inputs import local_codes
from tuodi.errors import FileError, UsageError
from tuodi.exchange import read_piece
from tuodi.law import counter_names
from tuodi.settlement import Law
from tuodi.settlement import settle as run_settle
from tuodi.tables import Schema
from tuodi.vocabulary import codes

__all__ = ["ORDER", "STORED", "Counted", "Settling", "settle_on_cluster", "settle_there"]

ORDER = ("person_id", "settled_at", "discharged_on", "claim_id")
"""The order of bills in a result whose input is kept in no order."""

_WHEN = ("settled_at", "discharged_on")

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):/+(.*)")

_MASTER = re.compile(r"(spark|k8s)://.+|yarn|local\[.+\]")

STORED = Schema(
    "claims",
    required={},
    optional={
        name: pl.Decimal(18, 2) if name in tables.CLAIMS.money else dtype
        for name, dtype in tables.CLAIMS.columns.items()
    },
    key=tables.CLAIMS.key,
)
"""Claims as a file stores them: ``read_piece`` turns their yuan into fen."""


@dataclass(frozen=True)
class Settling:
    """``tuodi settle`` as a keyed table function: what a worker does with the tables of some persons.

    Claims come as a file stores them, and are read and checked as one machine does. A bill that is set aside there
    stands in the result as ``quarantined``, with the reasons of the reading.
    """

    law: Law
    window_from: date | None = None
    given: Collection[str] = ()

    def __call__(self, found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """The bills of these persons, in the order of a result."""
        claims, wrong = self._read(found["claims"])
        run = run_settle(
            self.law, claims, found.get("identities"), found.get("persons"), found.get("opening"),
            window_from=self.window_from, given=self.given,
        )  # fmt: skip
        bills = run.bills.drop("counter_year", "pack").with_columns(claims[name] for name in _WHEN)
        return pl.concat([bills, wrong], how="diagonal").sort(ORDER).drop(_WHEN)

    def _read(self, stored: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The bills that go on, and those that are to be corrected, each with its reasons."""
        if stored.is_empty():
            return pl.DataFrame(schema=tables.CLAIMS.columns), stored.select(ORDER)
        rows = pl.int_range(1, stored.height + 1, dtype=pl.Int64(), eager=True)
        reading = read_piece(stored, rows, "person_id", "claims", local_codes(self.law.packs))
        reasons = reading.quarantine.group_by("row").agg(pl.col("reason").unique().sort().str.join(";"))
        wrong = stored.select(*ORDER, row=rows, status=pl.lit("quarantined")).join(reasons, on="row")
        return reading.frame, wrong.drop("row")

    @property
    def result(self) -> Schema:
        """The schema of what comes out; it follows from the law."""
        columns = self({"claims": pl.DataFrame(schema=STORED.columns)}).schema
        money = frozenset(name for name in columns if name.startswith(("pay_", "self_")))
        return Schema("settlement", required={}, optional=dict(columns), money=money, key=("claim_id",))


@dataclass(frozen=True)
class Counted:
    """What a settlement on a cluster counted: bills, their states, and reasons by state."""

    bills: int
    status: Mapping[str, int]
    reasons: Mapping[str, Mapping[str, int]]


def settle_on_cluster(
    master: str,
    law: Law,
    files: Mapping[str, Sequence[Path | str]],
    out: Path | str,
    *,
    window_from: date | None = None,
    given: Collection[str] = (),
    partitions: int | None = None,
    settings: Mapping[str, str] | None = None,
    quiet: bool = True,
) -> Counted:
    """Settle the tables in ``files`` (``claims identities persons opening`` → Parquet) and write ``out``, a new folder.

    Raises ``UsageError`` where the extra, Java or the cluster is missing, ``FileError`` for a path that does not fit,
    ``TableError`` for a table that is not as declared. Nothing is written then.
    """
    places = {name: [_uri(path) for path in paths] for name, paths in files.items() if paths}
    target = _uri(out, new=True)
    try:
        from tuodi.engine import spark
        from tuodi.engine.spark_session import session_on
    except ImportError as error:
        raise UsageError(f"--engine {master}: {error}; install the extra: pip install 'tuodi[spark]'") from error
    function = Settling(law, window_from, tuple(given))
    schemas = {name: tables.SCHEMAS[name] for name in places}
    with session_on(master, settings, quiet=quiet) as session:
        spark.check_new(session, target)
        frames = {name: spark.read_table(session, places[name], schema) for name, schema in schemas.items()}
        known = _known_codes(law)
        rows = sum(spark.check_rows(frames[name], schema, known.get(name)) for name, schema in schemas.items())
        parts = partitions or spark.partitions_for(rows, session)
        result = spark.run_keyed(frames, {**schemas, "claims": STORED}, function, function.result, parts)
        spark.write_table(result, target)
        return _counted(session.read.parquet(target).groupBy("status", "reason").count().collect())


def _known_codes(law: Law) -> dict[str, dict[str, set[str]]]:
    """Table → column → every code that one of the versions knows. Those of bills are looked at row by row."""
    identities = {*codes("identity"), *(local for pack in law.packs for local in pack.codes.get("identity", {}))}
    counters = {name for pack in law.packs for name in counter_names(pack)}
    return {"identities": {"identity": identities}, "opening": {"counter": counters}}


def _uri(path: Path | str, *, new: bool = False) -> str:
    """A path of this machine as such, whatever the cluster's default storage; an address as it was typed.

    ``Path`` takes one of the two slashes of ``hdfs://`` away; here it comes back.
    """
    scheme = _SCHEME.match(str(path))
    if scheme:
        return f"{scheme[1]}://{scheme[2]}"
    _ = texts(language())
    place = Path(path).resolve()
    if new and place.exists():
        raise FileError(_("{file}：已经存在，集群的结果应写到新的文件夹").format(file=path))
    if not new and not place.exists():
        raise FileError(_("{file}：文件不存在").format(file=path))
    return place.as_uri()


def _counted(groups: Iterable[tuple[str, str, int]]) -> Counted:
    statuses, reasons = tally(groups)
    return Counted(sum(statuses.values()), statuses, reasons)


def settle_there(
    master: str,
    pack: str,
    files: Mapping[str, Sequence[Path]],
    out: Path,
    *,
    packs_dir: Path | None = None,
    window_from: date | None = None,
    given: Sequence[str] | None = None,
    partitions: int | None = None,
    elsewhere: Mapping[str, object] | None = None,
    lang: str = "zh",
    as_json: bool = False,
) -> None:
    """``tuodi settle`` with ``--engine``: settle on a cluster, say what was counted, leave with the exit code that fits.

    ``elsewhere``: options that only this machine understands; ``UsageError`` where one of them is set.
    """
    from tuodi.cli.progress import working
    from tuodi.cli.settle import _status_lines, known_layers
    from tuodi.settlement import load_law

    _ = texts(lang)
    if not _MASTER.fullmatch(master):
        raise UsageError(
            _("--engine {name}：应为 local 或 Spark 主节点的地址，如 spark://主机:7077").format(name=master)
        )
    for option, value in (elsewhere or {}).items():
        if value:
            raise UsageError(_("{option} 不能与 --engine 同用").format(option=option))
    if out.suffix.lower() in (".csv", ".xlsx"):
        raise UsageError(_("--out {name}：集群的结果是一个 Parquet 文件夹").format(name=out.name))
    with working(_("正在读取规则")):
        law = load_law(pack, roots_of(packs_dir))
    layers = known_layers(law, given, lang)
    with working(_("正在集群上结算")):
        done = settle_on_cluster(
            master, law, files, out, window_from=window_from, given=layers, partitions=partitions,
            quiet=not os.environ.get("TUODI_DEBUG"),
        )  # fmt: skip
    code = EXIT["done_with_rows_set_aside"] if done.status.get("quarantined") else EXIT["done"]
    status, reasons = dict(done.status), {state: dict(own) for state, own in done.reasons.items()}
    if as_json:
        print_json({
            "pack": [one.id for one in law.packs], "bills": done.bills, "status": status, "reasons": reasons,
            "out": out, "exit_code": code,
        })  # fmt: skip
        raise typer.Exit(code)
    for line in (*_status_lines(status, reasons, lang), _("结果：{path}").format(path=out)):
        say(line)
    raise typer.Exit(code)
