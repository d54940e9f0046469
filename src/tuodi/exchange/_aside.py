"""To whom the rows that were set aside belong: of these people the files do not hold everything.

Enters: readings of several tables, the good claims. Leaves: ``person_id table``. Imports ``tuodi.tables``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from tuodi.exchange._reading import Reading
from tuodi.exchange._values import parse_certificate, parse_identifier
from tuodi.tables import TEXT

__all__ = ["people_set_aside"]

People = Mapping[str, Sequence[str]]


def people_set_aside(readings: Iterable[tuple[str, Reading]], claims: pl.DataFrame) -> pl.DataFrame:
    """``person_id table``, each once: persons of the claims to whom a row that was set aside belongs, or may belong.

    A row is theirs by person number, else by identity number; where neither can be read, it may be that of anybody of
    the same name.
    """
    numbers = set(claims["person_id"])
    certificates, names = _people_of(claims, "certificate"), _people_of(claims, "person_name")
    found: set[tuple[str, str]] = set()
    for table, reading in readings:
        columns = [reading.header_map.get(header, "") for header in reading.headers]
        for cells in reading.quarantine.unique("row", keep="first", maintain_order=True)["cells"].to_list():
            texts = {name: text or "" for name, text in zip(columns, cells or (), strict=False) if name}
            found.update((person, table) for person in _owners(texts, numbers, certificates, names))
    return pl.DataFrame(sorted(found), schema={"person_id": TEXT, "table": TEXT}, orient="row")


def _people_of(claims: pl.DataFrame, column: str) -> People:
    known = claims.select(pl.col(column).str.replace_all(r"\s", ""), "person_id").drop_nulls().unique()
    grouped = known.sort(column, "person_id").group_by(column, maintain_order=True).agg("person_id")
    return {str(key): people for key, people in grouped.iter_rows()}


def _owners(texts: Mapping[str, str], numbers: set[str], certificates: People, names: People) -> Sequence[str]:
    number = parse_identifier(texts.get("person_id", ""))
    if isinstance(number, str) and number in numbers:
        return [number]
    paper = parse_certificate(texts.get("certificate", ""))
    if isinstance(paper, str):
        return certificates.get(paper, ())
    return names.get("".join(texts.get("person_name", "").split()), ())
