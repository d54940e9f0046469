"""``tuodi packs list | show | check``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from tuodi.cli import checking, laboratory, parameter_sheet, site, warm, writing
from tuodi.cli.common import EXIT, AsJson, Lang, PacksDir, language, print_json, roots_of, say, texts
from tuodi.cli.help import Application

__all__ = ["app"]

app = Application(help="规则包：列出、查看、检查 / rule packs.")

Ref = Annotated[
    str,
    typer.Argument(
        metavar="PACK", show_default=False,
        help="规则包编号、地区（显示所有版本）或文件夹 / pack id, region (every version) or folder",
    ),
]  # fmt: skip


@app.command("list")
def list_packs(packs_dir: PacksDir = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """列出所有规则包 / every pack, its period, and how many values are unknown."""
    from tuodi.errors import PackError
    from tuodi.law import find_packs, read_pack
    from tuodi.law.show import unknowns
    from tuodi.law.words import title_words

    word = language(lang)
    _ = texts(word)
    rows = []
    wrong = []
    for ref in find_packs(roots_of(packs_dir)):
        try:
            pack = read_pack(ref, roots_of(packs_dir))
        except PackError as error:
            wrong.append({"pack": ref, "problems": [asdict(problem) for problem in error.problems]})
            continue
        rows.append({
            "pack": pack.id, "title": title_words(pack.title, word, pack.id), "from": pack.in_force_from,
            "to": pack.in_force_to, "unknowns": len(unknowns(pack, word)), "extends": pack.extends or None,
        })  # fmt: skip
    code = EXIT["pack_wrong"] if wrong else EXIT["done"]
    if as_json:
        print_json({"packs": rows, "wrong": wrong, "exit_code": code})
        raise typer.Exit(code)
    for row in rows:
        until = row["to"] or _("至今")
        say(
            _("{pack}  {title}（{since} — {until}；未知 {count} 处）").format(
                since=row["from"], until=until, count=row["unknowns"], **{k: row[k] for k in ("pack", "title")}
            )
        )
    for each in wrong:
        say(_("{pack}：{n} 处问题，用 tuodi packs check 查看").format(pack=each["pack"], n=len(each["problems"])))
    raise typer.Exit(code)


@app.command("show")
def show(ref: Ref, packs_dir: PacksDir = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """像人写的那样显示规则，先列未知 / the rules as a person would write them, unknowns first."""
    from tuodi.law import read_versions, render_text, show_pack

    word = language(lang)
    shown = [show_pack(pack, word) for pack in read_versions(ref, roots_of(packs_dir))]
    if as_json:
        print_json({"packs": [asdict(one) for one in shown], "exit_code": EXIT["done"]})
        return
    for number, one in enumerate(shown):
        if number:
            say()
            say("─" * 40)
            say()
        say(render_text(one))


app.command("check")(checking.check)
app.command("new")(writing.new)
app.command("try")(writing.try_pack)
app.command("diff")(laboratory.diff)
app.command("cliff")(laboratory.cliff)
app.command("to-xlsx")(parameter_sheet.to_xlsx)
app.command("from-xlsx")(parameter_sheet.from_xlsx)
app.command("site")(site.site)
app.command("warm")(warm.warm)
