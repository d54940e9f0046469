"""Forms of accounts, grants and offices: words, and choices within the doer's own region.

Enters: what was typed. Leaves: cleaned values; rules that bind whoever calls are in :mod:`people`.
"""

from __future__ import annotations

from typing import Any

from django import forms

from tuodi.platform.accounts.models import User
from tuodi.platform.accounts.people import holdable
from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import _
from tuodi.platform.places.models import KINDS, Organisation, Region

__all__ = ["GrantForm", "OfficeForm", "PersonForm", "errors_of", "offices_of", "regions_under"]


def offices_of(doer: Standing) -> list[tuple[int, str]]:
    """The offices in the doer's region, by name and place."""
    found = Organisation.objects.filter(active=True, region_path__under=doer.region_path).select_related("region")
    return [(one.id, f"{one.name}（{one.kind_name}）") for one in found.order_by("region_path", "kind", "name")]


def regions_under(path: str) -> list[tuple[str, str]]:
    """Regions from a path down, indented by level."""
    found = Region.objects.filter(path__under=path).order_by("path")
    base = path.count(".")
    return [(one.code, "　" * (str(one.path).count(".") - base) + one.name) for one in found]


def errors_of(form: forms.Form) -> list[dict[str, str]]:
    """What ``ui.form_errors`` draws: each error with the field that it leads to."""
    return [
        {
            "text": str(text) if name == "__all__" else f"{form.fields[name].label}{_('：')}{text}",
            "name": "" if name == "__all__" else name,
        }
        for name, texts in form.errors.items()
        for text in texts
    ]


class Worded(forms.Form):
    """Fields whose words are looked up when the form is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "f-%s")
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages.update(
                required=_("请填写这一项。"), invalid=_("请按要求的格式填写。"), invalid_choice=_("请从列表中选择。"),
                max_length=_("太长了。"),
            )  # fmt: skip

    def words(self, **labels: tuple[str, str] | str) -> None:
        """Give fields their label, and their hint where there is one."""
        for name, said in labels.items():
            label, hint = said if isinstance(said, tuple) else (said, "")
            self.fields[name].label, self.fields[name].help_text = label, hint


class PersonForm(Worded):
    """A new account, or another name and office for one."""

    username = forms.RegexField(r"^[A-Za-z0-9._-]{3,60}$")
    display_name = forms.CharField(max_length=60)
    organisation = forms.TypedChoiceField(coerce=int)
    service = forms.BooleanField(required=False)

    def __init__(self, *args: Any, doer: Standing, changed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = offices_of(doer)
        self.words(
            username=(_("用户名"), _("3 至 60 个字母、数字、点或横线，用于登录，之后不能更改。")),
            display_name=(_("姓名"), _("显示在页面和操作记录里。")),
            organisation=_("单位"),
            service=(_("这是程序用的账号"), _("程序账号不能在页面登录，只能用接口密钥。")),
        )
        self.fields["username"].error_messages["invalid"] = _("只能用字母、数字、点或横线，3 至 60 个。")
        if changed:
            del self.fields["username"], self.fields["service"]
            self.fields["reason"] = forms.CharField(max_length=200, label=_("原因"))
            self.fields["reason"].help_text = _("记入操作记录。")


class GrantForm(Worded):
    """A role for a user."""

    organisation = forms.TypedChoiceField(coerce=int)
    role = forms.ChoiceField()
    region = forms.ChoiceField()
    valid_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    valid_to = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(max_length=200)

    def __init__(self, *args: Any, doer: Standing, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        office = user.organisation
        self.fields["organisation"].choices = [(office.id, office.name)]
        self.fields["role"].choices = [("", _("请选择")), *((one.code, one.name) for one in holdable(user, office))]
        self.fields["region"].choices = regions_under(str(office.region_path))
        self.fields["valid_from"].initial = clock.today().isoformat()
        self.fields["region"].initial = office.region_id
        self.words(
            organisation=_("所在单位"), role=(_("岗位"), _("只列出该类单位可以担任的岗位。")),
            region=(_("负责的地区"), _("只能看到和办理这一地区及其下级的数据。")), valid_from=_("起期"),
            valid_to=(_("止期"), _("不填为长期。")), reason=(_("原因"), _("如任命文件号、岗位调整。确认人会看到。")),
        )  # fmt: skip
        del doer


class OfficeForm(Worded):
    """An office."""

    name = forms.CharField(max_length=100)
    kind = forms.ChoiceField()
    code = forms.CharField(max_length=30, required=False)
    active = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, changed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("请选择")), *((kind, _(word)) for kind, word in KINDS.items())]
        self.words(
            name=_("单位名称"), kind=(_("单位类别"), _("决定可以担任哪些岗位，之后不能更改。")),
            code=(_("单位代码"), _("如统一社会信用代码、定点机构代码。")),
            active=(_("在用"), _("停用后不再出现在选择列表里，原有记录不变。")),
        )  # fmt: skip
        if changed:
            del self.fields["kind"]
