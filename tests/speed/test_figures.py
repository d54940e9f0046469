"""Every figure runs at a small size and leaves rows of one shape, in JSON and on the page."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from benchmarks import common, page
from benchmarks.__main__ import FIGURES, begin, line, main

SMALL = 1_600


def options(folder: Path) -> common.Options:
    return common.Options(SMALL, 1, (1, 2), folder)


@pytest.mark.slow
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_has_rows(figure: str, tmp_path: Path) -> None:
    rows = list(importlib.import_module(f"benchmarks.{figure}").rows(options(tmp_path)))
    assert rows
    document = json.loads(json.dumps({**begin(), "rows": [row.document() for row in rows], "load_after": [0.5, 0, 0]}))
    for row, told in zip(rows, document["rows"], strict=True):
        assert row.figure == figure
        assert row.ours.wall > 0
        assert row.what in line(row) or row.against in line(row)
        if row.yardstick is not None:
            assert row.against
            assert told["share"] == pytest.approx(row.yardstick.wall / row.ours.wall, rel=1e-3)
        assert (row.met is None) == (row.aim == "")
    assert len({(row.what, row.against, row.size) for row in rows}) == len(rows)
    assert page.figures(document).count("\n| ") == len(rows) + 1


def test_every_figure_has_a_heading_on_the_page() -> None:
    assert set(page.HEADINGS) == set(FIGURES)


def test_an_unknown_figure_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["kernels"])
    assert "there is no figure kernels" in capsys.readouterr().err


def test_the_page_keeps_what_stands_around_the_figures(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(f"before\n{page.BEGIN}\nold\n{page.END}\nafter\n", "utf-8")
    row = common.Row("start", "a thing", "another", 7, common.Time(2, 1, 10), common.Time(1, 1), aim="≥ 60%", met=False)
    document = {**begin(), "rows": [row.document()], "load_after": [0.5, 0, 0]}
    for _ in range(2):
        page.write(document, path)
    text = path.read_text("utf-8")
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert "| a thing | 7 | 2 s, 10 MiB | 1 s | another | 1 s | 0.50 | ≥ 60% **missed** |" in text


def test_the_committed_page_has_its_marks() -> None:
    text = page.PAGE.read_text("utf-8")
    assert text.index(page.BEGIN) < text.index(page.END)
