"""Fields of Django forms drawn by the piece ``form_field``: label, hint and error tied to the control."""

from __future__ import annotations

import django
import pytest
from django import forms

from bureau.web.drawn import environment
from bureau.web.test_pieces import Parsed


@pytest.fixture(autouse=True, scope="module")
def _apps() -> None:
    django.setup()


class Asked(forms.Form):
    """One field of each kind that the platform's forms use."""

    source = forms.ChoiceField(label="来源", choices=[("civil", "民政"), ("tax", "税务")])
    number = forms.CharField(label="协议编号", help_text="例如 2025-7")
    mode = forms.ChoiceField(label="性质", choices=[("full", "全量"), ("part", "增量")], widget=forms.RadioSelect)
    keep = forms.BooleanField(label="记住", required=False)
    file = forms.FileField(label="文件")
    secret = forms.CharField(widget=forms.HiddenInput)


def shown(name: str, data: dict[str, str] | None = None) -> Parsed:
    text = '{% import "components.html" as ui with context %}{{ ui.form_field(form[name]) }}'
    return Parsed(environment().from_string(text).render(form=Asked(data), name=name, _=str))


def test_a_text_field_ties_hint_and_error() -> None:
    field = shown("number", {})
    control = field.all("input")[0]
    assert control["class"] == "form-control"
    assert control["aria-describedby"] == "id_number-hint id_number-error"
    assert control["aria-invalid"] == "true"
    assert {"id_number-hint", "id_number-error"} <= {attrs.get("id") for attrs in field.all("p")}
    assert field.all("label")[0]["for"] == control["id"]
    assert "aria-invalid" not in shown("number").all("input")[0]


def test_a_choice_a_tick_and_a_file_look_their_part() -> None:
    assert shown("source").all("select")[0]["class"] == "form-select"
    assert shown("keep").all("input")[0]["class"] == "form-check-input"
    assert shown("file").all("input")[0]["type"] == "file"
    assert not shown("secret").all("label")


def test_choices_side_by_side_stand_in_a_group_with_a_name() -> None:
    field = shown("mode", {"mode": "part"})
    inputs = field.all("input")
    assert [attrs["class"] for attrs in inputs] == ["form-check-input"] * 2
    assert ["checked" in attrs for attrs in inputs] == [False, True]
    assert [attrs["for"] for attrs in field.all("label")] == [attrs["id"] for attrs in inputs]
    assert field.all("legend")
