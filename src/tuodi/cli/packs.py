"""``tuodi packs list | show | check``."""

from __future__ import annotations

from typing import Annotated

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, PacksDir, language, print_json, roots_of, say, texts

__all__ = ["app"]

app = typer.Typer(help="规则包：列出、查看、检查 / rule packs.", no_args_is_help=True)

Ref = Annotated[str, typer.Argument(help="规则包编号或文件夹 / pack id or folder", show_default=False)]


@app.command("list")
def list_packs(packs_dir: PacksDir = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """列出所有规则包 / every pack, its period, and how much of it is verified."""
    from tuodi.law import find_packs, read_pack
    from tuodi.law.show import unknowns
    from tuodi.law.words import title_words

    word = language(lang)
    _ = texts(word)
    rows = []
    for ref in find_packs(roots_of(packs_dir)):
        pack = read_pack(ref, roots_of(packs_dir))
        rows.append({
            "pack": pack.id, "title": title_words(pack.title, word, pack.id), "from": pack.in_force_from,
            "to": pack.in_force_to, "unknowns": len(unknowns(pack, word)), "extends": pack.extends or None,
        })  # fmt: skip
    if as_json:
        print_json(rows)
        return
    for row in rows:
        until = row["to"] or _("至今")
        say(
            _("{pack}  {title}（{since} — {until}；未知 {count} 处）").format(
                since=row["from"], until=until, count=row["unknowns"], **{k: row[k] for k in ("pack", "title")}
            )
        )


@app.command("show")
def show(ref: Ref, packs_dir: PacksDir = None, lang: Lang = None, as_json: AsJson = False) -> None:
    """像人写的那样显示规则，先列未知 / the rules as a person would write them, unknowns first."""
    from dataclasses import asdict

    from tuodi.law import read_pack, render_text, show_pack

    word = language(lang)
    shown = show_pack(read_pack(ref, roots_of(packs_dir)), word)
    if as_json:
        print_json(asdict(shown))
    else:
        say(render_text(shown))


@app.command("check")
def check(
    refs: Annotated[list[str] | None, typer.Argument(help="缺省检查全部 / all by default", show_default=False)] = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """检查规则包：结构、名称、引用、空缺和重复 / structure, names, citations, gaps, double matches, order of classes."""
    from tuodi.law import check_pack, find_packs

    word = language(lang)
    _ = texts(word)
    roots = roots_of(packs_dir)
    found = [(ref, check_pack(ref, roots)) for ref in refs or find_packs(roots)]
    count = sum(len(problems) for _ref, problems in found)
    if as_json:
        print_json([
            {"pack": ref, "problems": [vars_of(problem) for problem in problems]} for ref, problems in found
        ])  # fmt: skip
    else:
        for ref, problems in found:
            say(
                _("{pack}：没有问题").format(pack=ref)
                if not problems
                else _("{pack}：{n} 处问题").format(pack=ref, n=len(problems))
            )
            for problem in problems:
                say(f"  {problem}")
    raise typer.Exit(EXIT["pack_wrong"] if count else EXIT["done"])


def vars_of(problem: object) -> dict[str, object]:
    """A problem's fields."""
    from dataclasses import asdict

    return asdict(problem)  # type: ignore[call-overload, no-any-return]
