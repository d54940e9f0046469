"""What every command shares: exit codes, options, the language, the two outputs.

Enters: what was typed. Leaves: the types of options, texts, lines. Imports ``tuodi.i18n`` and Typer.
"""

from __future__ import annotations

import json as json_module
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from tuodi.i18n import translator

__all__ = [
    "EXIT",
    "AsJson",
    "Claims",
    "Identities",
    "Lang",
    "Language",
    "Opening",
    "Out",
    "PackRef",
    "PacksDir",
    "Persons",
    "Read",
    "WindowFrom",
    "choose_language",
    "language",
    "print_json",
    "roots_of",
    "say",
    "texts",
    "warn",
]

EXIT: Mapping[str, int] = {
    "done": 0,
    "internal": 1,
    "usage": 2,
    "done_with_rows_set_aside": 3,
    "input_refused": 4,
    "pack_wrong": 5,
    "interrupted": 130,
}
"""0 done · 1 a fault of the program or of the machine (disk, rights) · 2 the call makes no sense · 3 done, but rows were
quarantined · 4 a file or table was refused, nothing was written · 5 a pack is wrong, nothing was written · 130 stopped
by the person, nothing was written."""


class Language(StrEnum):
    """Languages of the screen."""

    zh = "zh"
    en = "en"


PackRef = Annotated[
    str,
    typer.Option(
        "--pack", help="规则包编号（cn/321300/2024）、地区（由日期选版本）或文件夹 / pack id, region or folder"
    ),
]
Claims = Annotated[
    list[Path],
    typer.Option("--claims", help="结算明细：CSV、XLSX、Parquet、国家接口 JSON；可重复 / settlement records"),
]
Identities = Annotated[
    list[Path] | None, typer.Option("--identities", help="救助对象名单或身份明细；可重复 / recipient lists")
]
Persons = Annotated[Path | None, typer.Option("--persons", help="人员信息（出生日期、人员类别、家庭）/ persons")]
Opening = Annotated[Path | None, typer.Option("--opening", help="年初以来累计额 / opening balances of counters")]
WindowFrom = Annotated[
    datetime | None,
    typer.Option(
        "--window-from",
        formats=["%Y-%m-%d"],
        help="导出数据的起始日；缺省取文件标题所写，没有写则视为完整 / first day that the export covers",
    ),
]
Out = Annotated[Path, typer.Option("--out", help="结果文件：.csv、.xlsx 或 .parquet / result file")]
Lang = Annotated[Language | None, typer.Option("--lang", help="界面语言 / language of the screen")]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出摘要 / print the summary as JSON")]
PacksDir = Annotated[
    Path | None, typer.Option("--packs-dir", help="自己的规则包文件夹，优先于自带的 / folder of your own packs")
]

Read = Annotated[
    list[str] | None,
    typer.Option(
        "--read",
        metavar="RULE",
        help="如何读文件，可重复：column:机构级别=provider_level、value:provider_level:1=tertiary、default:scheme=resident "
        "/ how to read the files",
    ),
]

_chosen = Language.zh


def choose_language(arguments: Sequence[str]) -> None:
    """The language of this run, before any option is understood: what is wrong with the options is said in it too."""
    global _chosen
    _chosen = Language.zh
    for place, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name == "--lang":
            given = value if equals else next(iter(arguments[place + 1 :]), "")
            if given in (one.value for one in Language):
                _chosen = Language(given)


def language(lang: Language | None = None) -> str:
    """The language of one command: its own ``--lang``, else that of the whole call."""
    return (lang or _chosen).value


def texts(lang: str) -> Callable[[str], str]:
    """The texts of this room."""
    return translator("cli", lang)


def roots_of(packs_dir: Path | None) -> list[Path] | None:
    """Where packs are looked for: one's own folder first, then what came with the program."""
    from tuodi.law.find import default_roots

    return None if packs_dir is None else [packs_dir, *default_roots()]


def say(text: str = "") -> None:
    """A line for the person, on standard output."""
    typer.echo(text)


def warn(text: str) -> None:
    """A line for the person, on standard error."""
    typer.echo(text, err=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output; dates as text, amounts in yuan as text where the caller says so."""

    def plain(item: Any) -> Any:
        if isinstance(item, date | datetime | Path):
            return str(item)
        raise TypeError(f"{type(item).__name__} does not go into JSON")

    typer.echo(json_module.dumps(value, ensure_ascii=False, indent=2, default=plain))
