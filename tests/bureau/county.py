"""Two invented counties and a foreign one, with an office and a user for every role: what every test stands on."""

from __future__ import annotations

from tuodi.platform.accounts.roles import roles

REGIONS = [
    ("990000000000", "虚构省", "province"),
    ("990100000000", "澜桐市", "city"),
    ("990121000000", "岚汀县", "county"),
    ("990121001000", "鹤汀街道", "township"),
    ("990121001001", "上篁村", "village"),
    ("990121001002", "下篁村", "village"),
    ("990121002000", "云杪镇", "township"),
    ("990121002001", "渡头湾村", "village"),
    ("990122000000", "邻汀县", "county"),
    ("990122001000", "砚池镇", "township"),
    ("990122001001", "石臼村", "village"),
    ("980000000000", "远方省", "province"),
    ("980100000000", "远方市", "city"),
    ("980121000000", "远汀县", "county"),
    ("980121001000", "麦笠乡", "township"),
    ("980121001001", "雁落村", "village"),
]

OWN, NEIGHBOUR, FOREIGN = "990121000000", "990122000000", "980121000000"

OFFICES = {
    "medical_insurance": "医保局", "civil_affairs": "民政局", "agriculture": "农业农村局",
    "disabled_federation": "残联", "veterans_affairs": "退役军人事务局", "tax": "税务局", "charity": "慈善总会",
    "red_cross": "红十字会", "hospital": "人民医院", "audit": "审计局",
}  # fmt: skip

PASSWORD = "invented-Words-1"


def offices() -> list[tuple[str, str, str, str]]:
    """(name, kind, region, code) of every organisation."""
    made = []
    for region, county in ((OWN, "岚汀县"), (NEIGHBOUR, "邻汀县"), (FOREIGN, "远汀县")):
        made += [(f"{county}{word}", kind, region, "") for kind, word in OFFICES.items()]
        town = region[:6] + "001000"
        made.append((f"{county}一镇政府", "township", town, ""))
        made.append((f"{county}一村村委会", "village", region[:6] + "001001", ""))
    made.append(("澜桐市医保局", "city_bureau", "990100000000", ""))
    return made


def seat_of(role: str, county: str) -> tuple[str, str]:
    """(kind of office, region) at which a test's user of a role sits."""
    kinds = roles()[role].kinds
    if role == "auditor":
        return "audit", county
    if "township" in kinds:
        return "township", county[:6] + "001000"
    if "village" in kinds:
        return "village", county[:6] + "001001"
    return next(((kind, county) for kind in OFFICES if kind in kinds), ("city_bureau", "990100000000"))
