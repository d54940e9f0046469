"""``tuodi synth``: an invented county's files, with planted truth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tuodi.cli.common import AsJson, Lang, language, print_json, say, texts, working

__all__ = ["synth"]


def synth(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹 / folder to write into")],
    seed: Annotated[int, typer.Option("--seed", help="种子：同样的种子，同样的文件 / same seed, same bytes")] = 1,
    scale: Annotated[str, typer.Option("--scale", help="规模：demo 约五千人 / demo: about 5,000 persons")] = "demo",
    place: Annotated[str, typer.Option("--place", help="按哪里的规定：suqian、beijing / under whose law")] = "suqian",
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """虚构一个县：难看的表格和埋好的真相 / invent a county: ugly files and the truth behind them."""
    from tuodi.synth import write_demo

    word = language(lang)
    _ = texts(word)
    with working(_("正在虚构一个县")):
        made = write_demo(out, seed=seed, place=place, scale=scale)
    if as_json:
        print_json({"out": out, "files": dict(made.files), "counts": dict(made.counts)})
        return
    for name, path in made.files.items():
        say(f"{name}: {path}")
    say(_("全部人员、机构和金额均为虚构。"))
