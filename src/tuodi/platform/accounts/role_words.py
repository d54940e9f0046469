"""Roles in words: what each reads, writes and does, as ``roles.yaml`` says, for people and for the API.

Enters: a role. Leaves: dicts of words in the reader's language.
"""

from __future__ import annotations

from typing import Any

from tuodi.platform.accounts.roles import Role
from tuodi.platform.ground.grades import grade_name
from tuodi.platform.ground.words import N_, _
from tuodi.platform.places.models import KINDS

__all__ = ["DEEDS", "DOMAINS", "deed_name", "described", "domain_name"]

DOMAINS = {
    "places": N_("地区与单位"),
    "accounts": N_("账号与岗位"),
    "confirm": N_("岗位的确认"),
    "trail": N_("操作记录"),
    "look": N_("谁看过谁"),
    "intake": N_("文件接收记录"),
    "quarantine": N_("待更正的数据行"),
    "person": N_("人员基本信息"),
    "identity": N_("救助身份"),
    "household": N_("家庭"),
    "settlement": N_("医保结算"),
    "link": N_("疑似同一人"),
    "package": N_("跨网数据包"),
    "audit": N_("救助核对结果"),
    "entry": N_("部门名册"),
    "entry:recognitions": N_("名册：民政认定与资金发放"),
    "entry:flags": N_("名册：医保身份标识"),
    "entry:enrolments": N_("名册：参保"),
    "entry:subsidies": N_("名册：资助参保"),
    "entry:warnings": N_("名册：高额费用预警"),
    "entry:received": N_("名册：零星报销"),
    "entry:aid": N_("名册：慈善与红十字救助"),
    "entry:households": N_("名册：监测户"),
    "entry:members": N_("名册：监测家庭成员"),
    "entry:disabilities": N_("名册：持证残疾人"),
    "entry:deaths": N_("名册：死亡"),
    "entry:institutions": N_("名册：定点医药机构"),
}
"""Domain of ``roles.yaml`` → its word."""

DEEDS = {
    "make_grant": N_("建账号、授予岗位"),
    "confirm_grant": N_("确认岗位、放行账号、重置验证码"),
    "read_trail": N_("查看操作记录"),
    "search": N_("按号码查找人员"),
    "search_names": N_("按姓名等条件查找人员"),
    "browse": N_("浏览名单全部人员"),
    "upload": N_("上传文件"),
    "map": N_("对照陌生文件的列"),
    "worklists": N_("办理核对清单"),
    "review_links": N_("复核疑似同一人"),
    "undo_links": N_("撤销合并"),
    "send_package": N_("制作跨网数据包"),
    "receive_package": N_("接收跨网数据包"),
}
"""Deed of ``roles.yaml`` → its word."""


def domain_name(domain: str) -> str:
    """A domain's word; one without a word is shown as it is, so that none is hidden."""
    bare = domain.rstrip("*")
    return _(DOMAINS[bare]) if bare in DOMAINS else bare


def deed_name(deed: str) -> str:
    """A deed's word."""
    return _(DEEDS[deed]) if deed in DEEDS else deed


def _domains(names: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"code": name.rstrip("*"), "name": domain_name(name), "own": name.endswith("*")} for name in names]


def described(role: Role) -> dict[str, Any]:
    """The role as a page or the API tells it."""
    return {
        "code": role.code,
        "name": role.name,
        "kinds": [_(KINDS[kind]) for kind in KINDS if kind in role.kinds],
        "clear": grade_name(role.clear),
        "on_reason": grade_name(role.on_reason),
        "reads": _domains(role.reads),
        "writes": _domains(role.writes),
        "does": [deed_name(deed) for deed in sorted(role.does)],
    }
