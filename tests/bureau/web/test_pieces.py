"""The pieces as text: languages, no inline script or style, labels and hints tied, tables beside charts, amounts."""

from __future__ import annotations

import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError

from bureau.web.drawn import LANGUAGES, PAGES, WEB, draw, environment

HAN = re.compile(r"[\u4e00-\u9fff]")
BOTH = [(page, lang) for page in PAGES for lang in LANGUAGES]
ALWAYS_CHINESE = {"托", "中文"}
"""The mark of the product, and the switch to the other language."""


class Parsed(HTMLParser):
    """Elements with their attributes, and the words that a reader sees or hears."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self._open: str = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self._open = tag
        if tag == "script":
            self.scripts.append((found, ""))
        self.words += [found[name] for name in ("aria-label", "placeholder", "title", "alt") if name in found]

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            self.scripts[-1] = (self.scripts[-1][0], self.scripts[-1][1] + data)
        elif data.strip():
            self.words.append(data.strip())

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attrs for tag, attrs in self.elements if tag in tags]


@pytest.mark.req("EQ03")
@pytest.mark.parametrize("page", [page for page in PAGES if page != "500"])
def test_an_english_page_is_english_and_a_chinese_one_chinese(page: str) -> None:
    english, chinese = Parsed(draw(page, "en")), Parsed(draw(page, "zh"))
    left = [word for word in english.words if HAN.search(word) and word not in ALWAYS_CHINESE]
    assert not left
    assert english.all("html")[0]["lang"] == "en"
    assert chinese.all("html")[0]["lang"] == "zh-CN"
    assert sum(bool(HAN.search(word)) for word in chinese.words) > 5


@pytest.mark.parametrize(("page", "lang"), BOTH)
def test_no_inline_script_style_or_handler(page: str, lang: str) -> None:
    parsed = Parsed(draw(page, lang))
    assert not parsed.all("style")
    for attrs, text in parsed.scripts:
        assert (attrs.get("type") == "application/json" and json.loads(text)) or ("src" in attrs and not text.strip())
    wrong = [
        (tag, name) for tag, attrs in parsed.elements for name in attrs if name == "style" or name.startswith("on")
    ]
    assert not wrong
    loaded = [attrs.get("src") or attrs.get("href", "") for attrs in parsed.all("script", "link", "img", "use")]
    assert all(address.startswith("/static/") for address in loaded if address)
    files = {address.split("#")[0].removeprefix("/static/") for address in loaded if address}
    assert all((WEB / "static" / name).is_file() for name in files if name.startswith("web/"))


@pytest.mark.req("EQ03")
@pytest.mark.parametrize(("page", "lang"), BOTH)
def test_every_control_has_its_label_and_every_reference_its_target(page: str, lang: str) -> None:
    parsed = Parsed(draw(page, lang))
    ids = Counter(attrs["id"] for _, attrs in parsed.elements if "id" in attrs)
    assert not [name for name, times in ids.items() if times > 1]
    for _, attrs in parsed.elements:
        for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls"):
            assert set(attrs.get(name, "").split()) <= ids.keys()
        if attrs.get("aria-invalid"):
            assert attrs["aria-describedby"].split()[-1].endswith("-error")
    labelled = {attrs.get("for") for attrs in parsed.all("label")}
    for attrs in parsed.all("input", "select", "textarea"):
        if attrs.get("type") != "hidden" and "id" in attrs:
            assert attrs["id"] in labelled


@pytest.mark.parametrize("page", ["person", "compare"])
@pytest.mark.req("EQ03")
def test_every_chart_has_a_table_of_its_figures(page: str) -> None:
    figures = re.findall(r'<figure class="chart".*?</figure>', draw(page, "zh"), re.DOTALL)
    assert len(figures) == 2
    for figure in figures:
        parsed = Parsed(figure)
        assert len(parsed.all("table")) == len(parsed.all("caption")) == 1
        assert "open" in parsed.all("details")[0], "without scripts the table is what there is"
        rows = len(parsed.all("tr")) - 1
        data = json.loads(parsed.scripts[0][1])
        drawn = data.get("steps") or data.get("categories") or [s for lane in data["lanes"] for s in lane["spans"]]
        assert rows == len(drawn)


@pytest.mark.parametrize(
    ("piece", "value", "text"),
    [
        ("yuan", 123450, "1,234.50"),
        ("yuan", -5, "−0.05"),
        ("yuan", 0, "0.00"),
        ("yuan", None, "—"),
        ("percent", 6250, "62.50%"),
        ("percent", -1, "−0.01%"),
        ("number", 1234567, "1,234,567"),
    ],
)
def test_amounts_rates_and_counts(piece: str, value: int | None, text: str) -> None:
    made = environment().from_string('{% import "components.html" as ui with context %}{{ ui[piece](value) }}')
    assert made.render(piece=piece, value=value, _=str) == text


def drawn(source: str, **context: object) -> str:
    text = '{% import "components.html" as ui with context %}' + source
    return environment().from_string(text).render(_=str, lang="zh", csrf_input="", request=None, **context)


def test_what_people_typed_is_never_markup() -> None:
    bad = '<script>alert("x")</script>'
    for source in (
        "{{ ui.data_table(x, [x], [[x]]) }}",
        "{{ ui.alert('info', x) }}{{ ui.badge('info', x) }}{{ ui.field('a', x, x, hint=x, error=x) }}",
        "{{ ui.history([{'at': x, 'who': x, 'role': x, 'office': x, 'what': x, 'old': x, 'new': x}]) }}",
        "{{ ui.waterfall_chart(x, [{'label': x, 'amount': 1, 'kind': 'total'}]) }}",
        "{{ ui.masked_value(x, '/reveal', x) }}{{ ui.compare(x, x, [{'label': x, 'left': x, 'right': ''}]) }}",
    ):
        text = drawn(source, x=bad)
        assert "<script>alert" not in text
        assert "alert" in text


def test_an_empty_table_says_what_next() -> None:
    text = drawn("{{ ui.data_table('名单', ['姓名'], [], '没有人', '导入名册', '/files/') }}")
    assert "<table" not in text
    assert '<a href="/files/">导入名册</a>' in text


def test_cells_name_their_column_and_numbers_stand_right() -> None:
    heads = [{"title": "姓名"}, {"title": "金额", "num": True}]
    text = drawn(
        "{{ ui.data_table('名单', heads, [['王', '3.00'], [{'text': '李', 'url': '/p/2'}, '']]) }}", heads=heads
    )
    assert '<td data-label="金额" class="num"><span>3.00</span></td>' in text
    assert '<th scope="row" data-label="姓名"><span><a href="/p/2">李</a></span></th>' in text
    assert "<span>—</span>" in text


def test_the_waterfall_keeps_what_is_left() -> None:
    steps = [
        {"key": "total", "amount": 1000, "kind": "total"},
        {"key": "in_scope", "amount": 900, "kind": "of"},
        {"key": "basic", "amount": 600, "kind": "less"},
        {"key": "own", "amount": 400, "kind": "result"},
    ]
    text = drawn("{{ ui.waterfall_chart('费用', steps) }}", steps=steps)
    data = json.loads(Parsed(text).scripts[0][1])
    assert [step["left"] for step in data["steps"]] == [1000, 1000, 400, 400]
    assert "−6.00" in text


def test_a_masked_value_asks_why_before_it_shows() -> None:
    form = Parsed(drawn("{{ ui.masked_value('138****6021', '/reveal/3') }}"))
    assert form.all("form")[0] == {"method": "post", "action": "/reveal/3", "class": "reveal-form"}
    assert "required" in form.all("select")[0]
    assert not Parsed(drawn("{{ ui.masked_value('138****6021') }}")).all("form")


def test_a_key_may_be_absent_but_not_a_name() -> None:
    assert "btn-outline-secondary" in drawn("{{ ui.page_head('题', actions=[{'title': '导出', 'url': '/x'}]) }}")
    with pytest.raises(UndefinedError, match="nobody"):
        drawn("{{ ui.page_head(nobody) }}")


def test_a_fault_is_told_without_any_context() -> None:
    text = environment().get_template("500.html").render()
    assert "没有留下一半的数据" in text
    assert "<form" not in text
