"""``tuodi packs warm``: compile the kernels now, so that no first call waits for them."""

from __future__ import annotations

from typing import Annotated

import typer

from tuodi.cli.common import EXIT, AsJson, Lang, PacksDir, language, print_json, roots_of, say, texts
from tuodi.cli.progress import working

__all__ = ["warm"]


def warm(
    refs: Annotated[
        list[str] | None, typer.Argument(metavar="[PACK]…", help="缺省全部规则包 / all by default", show_default=False)
    ] = None,
    packs_dir: PacksDir = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    """预先编译规则包要用的计算内核，省去首次等待 / compile the kernels that packs need, so that no first call waits."""
    from tuodi.errors import PackError
    from tuodi.law import find_packs, read_versions
    from tuodi.settlement import load_law
    from tuodi.settlement.kernel import Shape
    from tuodi.settlement.warm import warm as compile_for

    word = language(lang)
    _ = texts(word)
    roots = roots_of(packs_dir)
    done: set[Shape] = set()
    wrong = []
    with working(_("正在编译")) as told:
        every = refs or find_packs(roots)
        for number, ref in enumerate(every):
            told.of(number, len(every))
            try:
                if refs or any(pack.layers for pack in read_versions(ref, roots)):
                    compile_for(load_law(ref, roots), done)
            except PackError:
                if refs:
                    raise
                wrong.append(ref)
    code = EXIT["pack_wrong"] if wrong else EXIT["done"]
    if as_json:
        print_json({"kernels": len(done), "wrong": wrong, "exit_code": code})
        raise typer.Exit(code)
    say(_("计算内核 {count} 个，都已编译好。").format(count=len(done)))
    for ref in wrong:
        say(_("{pack}：规则包有错，已跳过").format(pack=ref))
    raise typer.Exit(code)
