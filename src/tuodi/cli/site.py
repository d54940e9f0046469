"""``tuodi packs site``: the rules as pages that a citizen or a neighbour county can read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, PacksDir, language, print_json, roots_of, say, texts
from tuodi.cli.folder import check_folder, write_folder
from tuodi.cli.progress import working

__all__ = ["site"]


def site(
    out: Annotated[Path, typer.Option("--out", help="网页写到哪个文件夹 / folder of the pages")],
    refs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PACK]…", show_default=False,
            help="规则包编号、地区或文件夹；缺省为全部真实的地方 / by default every real place",
        ),
    ] = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """把规则写成网页：每个数旁边是依据，未知在前，有案例和变化 / the rules as pages, each value beside its article."""
    from tuodi.site import MANIFEST, Site, write_site

    word = language(lang)
    _ = texts(word)
    listed = out / MANIFEST
    own = listed.read_text("utf-8").split("\n") if listed.is_file() else []
    check_folder(out, lambda path: path.name in own, {}, word)
    made: list[Site] = []
    with working(_("正在写网页")):
        write_folder(out, lambda folder: made.append(write_site(folder, refs or (), roots_of(packs_dir), lang=word)))
    index = out / made[0].index.name
    if as_json:
        packs = {pack_id: out / page.name for pack_id, page in made[0].packs.items()}
        print_json({"page": index, "packs": packs, "exit_code": EXIT["done"]})
        return
    say(_("{count} 份规则的网页：{path}").format(count=len(made[0].packs), path=index))
