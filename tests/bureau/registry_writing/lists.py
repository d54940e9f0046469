"""Small invented files of departments, read by their templates, and the deliveries that bring them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bureau.conftest import Seats
from bureau.county import OWN
from tuodi.exchange import Delivery as Read
from tuodi.exchange import read_delivery, source_templates
from tuodi.identity import check_character
from tuodi.platform.accounts.models import Grant
from tuodi.platform.ground import clock
from tuodi.platform.intake.models import Delivery
from tuodi.platform.places.models import Organisation
from tuodi.platform.registry.absorb import Absorbed, absorb

TEMPLATES = source_templates()
DECEMBER, JANUARY = date(2024, 12, 31), date(2025, 1, 31)


def number(born: str, order: int) -> str:
    """An invented identity number: no place has the digits 990121."""
    digits = f"990121{born}{order:03d}"
    return digits + check_character(digits)


LI = {"姓名": "李行霜", "证件号码": number("19610224", 30), "乡镇": "鹤汀街道", "村": "上篁村"}
WANG = {"姓名": "王雨桐", "证件号码": number("19800512", 41), "乡镇": "鹤汀街道", "村": "下篁村"}
ZHAO = {"姓名": "赵慕青", "证件号码": number("20100910", 52), "乡镇": "云杪镇", "村": "渡头湾村"}


class Files:
    """Writes files into a folder and absorbs them on the present pass."""

    def __init__(self, folder: Path, seats: Seats) -> None:
        self.folder, self.seats, self.count = folder, seats, 0

    def read(self, source: str, rows: Sequence[Mapping[str, Any]], as_of: date) -> Read:
        """The rows as a file of a source, read by its template."""
        self.count += 1
        headers = list(dict.fromkeys(name for row in rows for name in row))
        lines = [",".join(headers), *(",".join(str(row.get(name, "")) for name in headers) for row in rows)]
        path = self.folder / f"{self.count}-{source}.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return read_delivery(path, TEMPLATES[source], as_of=as_of)

    def delivery(self, source: str, as_of: date = DECEMBER, county: str = OWN) -> Delivery:
        """A delivery about to be absorbed."""
        office = Organisation.objects.get(kind=TEMPLATES[source].sender, region_id=county)
        grant = Grant.objects.get(pk=self.seats["importer", "own"])
        return Delivery.objects.create(
            organisation=office,
            region_path=office.region_path,
            source=source,
            file_name=f"{source}.csv",
            file_digest=f"{self.count}",
            size=1,
            via="command",
            state="committing",
            as_of=as_of,
            legal_basis="法",
            purpose="核对",
            expires_on=date(2030, 1, 1),
            received_by_id=grant.user_id,
            received_at=clock.now(),
        )

    def absorb(self, source: str, rows: Sequence[Mapping[str, Any]], as_of: date = DECEMBER) -> Absorbed:
        """Write, read, absorb, commit."""
        read = self.read(source, rows, as_of)
        delivery = self.delivery(source, as_of)
        done = absorb(delivery, TEMPLATES[source], iter([read]))
        delivery.state = "committed"
        delivery.save(update_fields=["state"])
        return done


def dibao(*people: Mapping[str, str], **more: str) -> list[dict[str, str]]:
    """Rows of civil affairs' list."""
    return [{**one, "救助类别": "低保对象", "批准日期": "2023-03-01", "月保障金额": "600.00", **more} for one in people]


def enrolled(*people: Mapping[str, str], **more: str) -> list[dict[str, str]]:
    """Rows of everyone insured; the insurer's number follows from the identity number."""
    return [
        {
            "人员编号": "99" + one["证件号码"][-9:].replace("X", "0"),
            **one,
            "年度": "2024",
            "险种类型": "城乡居民基本医疗保险",
            "参保地": "990121",
            "参保状态": "正常参保",
            **more,
        }
        for one in people
    ]


def settled(claim: str, who: Mapping[str, str], **more: str) -> dict[str, str]:
    """A settlement of 1,000.00 of which 100.00 are left to the person."""
    return {
        "结算ID": claim,
        "人员编号": "99" + who["证件号码"][-9:].replace("X", "0"),
        "姓名": who["姓名"],
        "证件号码": who["证件号码"],
        "医疗机构等级": "二级",
        "医疗类别": "普通住院",
        "出院日期": "2024-11-05",
        "结算时间": "2024-11-05 10:00:00",
        "医疗费总额": "1000.00",
        "全自费金额": "100.00",
        "超限价": "0.00",
        "先行自付金额": "0.00",
        "符合政策范围金额": "900.00",
        "统筹支付": "800.00",
        "医疗救助": "100.00",
        "基金支付总额": "900.00",
        "个人负担": "100.00",
        "现金支付金额": "100.00",
        "医院负担金额": "0.00",
        **more,
    }
