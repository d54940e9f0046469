"""A word has the English of the room that says it."""

from __future__ import annotations

from django.template import engines
from django.test import RequestFactory
from django.utils import translation

from tuodi.platform.ground.words import said_in


def test_one_word_in_two_rooms() -> None:
    with translation.override("en"):
        assert said_in("places", "乡镇（街道）") == "township"
        assert said_in("registry", "乡镇（街道）") == "Township"
        assert said_in("nowhere", "医保局") == "medical insurance bureau"
        assert said_in("web", "没有这句话") == "没有这句话"
    assert said_in("registry", "乡镇（街道）") == "乡镇（街道）"


def test_a_template_speaks_with_its_rooms_words(db) -> None:
    jinja = engines["jinja2"]
    request = RequestFactory().get("/")
    with translation.override("en"):
        page = jinja.get_template("plain.html").render({"me": None}, request)
    assert 'lang="en"' in page
