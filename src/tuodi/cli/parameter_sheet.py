"""``tuodi packs to-xlsx`` and ``tuodi packs from-xlsx``: a pack as the 政策参数表 that officials fill in, and back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, PacksDir, language, print_json, roots_of, say, texts, warn
from tuodi.errors import UsageError

if TYPE_CHECKING:
    from tuodi.authoring.sheet import Authored

__all__ = ["from_xlsx", "to_xlsx"]

SHOWN = 20
"""Problems that are listed on the terminal; the marked workbook has them all."""


def to_xlsx(
    ref: Annotated[
        str,
        typer.Argument(
            metavar="PACK",
            show_default=False,
            help="规则包编号（带版本）或文件夹 / pack id with its version, or folder",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="写出的工作簿（.xlsx）/ workbook to write")],
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """写出政策参数表：一项待遇一张表，每个数旁边是依据 / write a pack as a workbook that officials fill in."""
    from tuodi.authoring.sheet import to_workbook

    word = language(lang)
    _ = texts(word)
    if out.suffix.lower() != ".xlsx":
        raise UsageError(_("--out {name}：应为 .xlsx 文件").format(name=out))
    out.parent.mkdir(parents=True, exist_ok=True)
    pack = to_workbook(ref, out, word, roots_of(packs_dir))
    if as_json:
        print_json({"pack": pack, "out": out, "exit_code": EXIT["done"]})
        return
    say(_("{pack} 的政策参数表：{path}").format(pack=pack, path=out))
    say(_("填好后读回：tuodi packs from-xlsx {path} --out 文件夹").format(path=out))


def from_xlsx(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", show_default=False, help="填好的政策参数表 / filled-in workbook")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            help="规则包的文件夹；不以编号结尾的，写在它下面的 国家/地区/版本 里 / the pack's folder, or one above it",
        ),
    ],
    replace: Annotated[
        bool,
        typer.Option("--replace", help="文件夹里有别的东西也写 / write even where the folder holds something else"),
    ] = False,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """把填好的政策参数表读成规则包；有错的格子标出颜色和理由，写成另一份 / read a filled-in workbook back as a pack."""
    from tuodi.authoring.sheet import from_workbook

    word = language(lang)
    made = from_workbook(path, word, roots_of(packs_dir))
    if made.problems:
        _send_back(path, made, word, as_json)
    folder = _folder(out, made.pack, word, replace=replace)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.files.items():
        draft = folder / f".{name}.new"
        draft.write_text(text, "utf-8")
        draft.replace(folder / name)
    if as_json:
        print_json({
            "pack": made.pack, "folder": folder, "files": sorted(made.files), "problems": [], "exit_code": EXIT["done"],
        })  # fmt: skip
        return
    _ = texts(word)
    say(_("规则包 {pack} 写在 {folder}，检查没有问题。").format(pack=made.pack, folder=folder))
    say(_("查看：tuodi packs show {folder}").format(folder=folder))


def _send_back(path: Path, made: Authored, lang: str, as_json: bool) -> None:
    """Write the marked workbook, list what is wrong, leave with the exit code."""
    from tuodi.authoring.marks import mark_workbook, marked_name

    _ = texts(lang)
    code = EXIT["input_refused"] if made.in_cells else EXIT["pack_wrong"]
    marked = marked_name(path)
    mark_workbook(path, marked, made.problems, lang)
    if as_json:
        problems = [asdict(problem) for problem in made.problems]
        print_json({"pack": made.pack, "problems": problems, "marked": marked, "exit_code": code})
        raise typer.Exit(code)
    for problem in made.problems[:SHOWN]:
        warn(_("{sheet} {cell}：{found}；应为：{expected}").format(**asdict(problem)))
    if len(made.problems) > SHOWN:
        warn(_("…… 另有 {count} 处").format(count=len(made.problems) - SHOWN))
    warn(
        _("{count} 处要更正，没有写出规则包。标好的工作簿：{path}，改好后再送。").format(
            count=len(made.problems), path=marked
        )
    )
    raise typer.Exit(code)


def _folder(out: Path, pack: str, lang: str, *, replace: bool) -> Path:
    """The pack's folder: ``out`` where it ends with the pack's id, else the id's folder below it."""
    _ = texts(lang)
    parts = tuple(pack.split("/"))
    folder = out if out.resolve().parts[-len(parts) :] == parts else out.joinpath(*parts)
    if folder.exists() and not folder.is_dir():
        raise UsageError(_("--out {name}：这是文件，应为文件夹").format(name=folder))
    there = folder / "pack.yaml"
    if replace or not folder.is_dir() or not any(folder.iterdir()):
        return folder
    if not there.is_file() or f"pack: {pack}" not in there.read_text("utf-8-sig").splitlines():
        what = _("--out {folder}：文件夹里有别的东西，不会替换；确实要写，加 --replace").format(folder=folder)
        raise UsageError(what)
    return folder
