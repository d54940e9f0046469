"""Where a row lies: the village or township that it names, if that is one of the delivery's region.

Enters: rows with ``region township village``. Leaves: paths. Imports ``places.models``, the register's ``store``.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from tuodi.platform.places.models import path_of
from tuodi.platform.registry.store import read

__all__ = ["Places"]

_TOWN = r"(?:街道办事处|街道办|街道|镇人民政府|乡人民政府|镇|乡)$"
_VILLAGE = r"(?:村民委员会|居民委员会|村委会|居委会|社区|行政村|村)$"


def _short(names: pl.Expr, ends: str) -> pl.Expr:
    bare = names.str.replace_all(r"\s", "")
    cut = bare.str.replace(ends, "")
    return pl.when(cut.str.len_chars() >= 2).then(cut).otherwise(bare)


class Places:
    """The regions below one, by code and by name."""

    def __init__(self, cursor: Any, top: str) -> None:
        self.top = top
        names = dict.fromkeys(("code", "name", "level", "path"), pl.String())
        regions = read(cursor, "SELECT code, name, level, path::text FROM places_region", names)
        self.known = regions
        self.inside = regions.filter(pl.col("path").str.starts_with(top + ".") | (pl.col("path") == top))
        towns = self.inside.filter(pl.col("level") == "township").select(
            "path", town=_short(pl.col("name"), _TOWN), town_path="path"
        )
        villages = self.inside.filter(pl.col("level") == "village").select(
            "path", village=_short(pl.col("name"), _VILLAGE), town_path=pl.col("path").str.replace(r"\.[^.]+$", "")
        )
        villages = villages.join(towns.select("town", "town_path"), on="town_path", how="left")
        self._towns = towns.select("town", town_only="path").unique("town", keep="none")
        self._villages = villages.select("town", "village", both="path").unique(["town", "village"], keep="none")
        self._alone = villages.select("village", alone="path").unique("village", keep="none")

    def paths(self, rows: pl.DataFrame) -> pl.Series:
        """The path of each row: by its code, else by both names, else by the village's name if there is one such."""
        wanted = rows.select(
            code=_digits(pl.col("region")), town=_short(pl.col("township"), _TOWN),
            village=_short(pl.col("village"), _VILLAGE),
        )  # fmt: skip
        distinct = wanted.unique()
        found = (
            distinct.join(self.inside.select("code", by_code="path"), on="code", how="left")
            .join(self._villages, on=["town", "village"], how="left")
            .join(self._alone, on="village", how="left")
            .join(self._towns, on="town", how="left")
        )
        deep = pl.col("by_code").str.count_matches(".", literal=True) >= 5
        made = found.select(
            "code", "town", "village",
            path=pl.coalesce(
                pl.when(deep).then("by_code"), "both", pl.when(pl.col("town").is_null()).then("alone"), "town_only",
                "by_code", pl.lit(self.top),
            ),
        )  # fmt: skip
        return wanted.join(made, on=["code", "town", "village"], how="left", nulls_equal=True, maintain_order="left")[
            "path"
        ]

    def anywhere(self, codes: pl.Series) -> pl.Series:
        """Paths of codes that any region of the country's list has, inside or outside; null for others."""
        wanted = pl.DataFrame({"code": codes.cast(pl.String())}).select(_digits(pl.col("code")).alias("code"))
        return wanted.join(self.known.select("code", "path"), on="code", how="left", maintain_order="left")["path"]

    def named(self, paths: pl.Series) -> pl.DataFrame:
        """``region township village`` of paths, as a row would give them."""
        names = dict(zip(self.known["path"].to_list(), self.known["name"].to_list(), strict=True))
        distinct = paths.drop_nulls().unique().to_list()
        made = [_told(path, names) for path in distinct]
        table = pl.DataFrame(
            made, schema=dict.fromkeys(("path", "region", "township", "village"), pl.String()), orient="row"
        )
        joined = paths.rename("path").to_frame().join(table, on="path", how="left", maintain_order="left")
        return joined.drop("path")


def _digits(codes: pl.Expr) -> pl.Expr:
    bare = codes.cast(pl.String()).str.replace_all(r"\D", "")
    return pl.when(bare.str.len_chars().is_between(2, 12)).then(bare.str.pad_end(12, "0"))


def _told(path: str, names: dict[str, str]) -> tuple[str, str, str | None, str | None]:
    parts = path.split(".")
    code = parts[-1].ljust(12, "0") if len(parts) > 1 else ""
    town = names.get(".".join(parts[:5])) if len(parts) > 4 else None
    village = names.get(path) if len(parts) > 5 else None
    return path, code, town, village


def path_or(code: str | None, top: str) -> str:
    """The path of a code, or ``top`` where there is none."""
    return path_of(code.ljust(12, "0")) if code and code.isdigit() else top
