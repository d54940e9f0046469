"""One person's file as data: the same for page and API, so that the same is masked in both.

Enters: a standing, a person. Leaves: :data:`PARTS` (who may open which, in which network) and the data of each.
Imports the room.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tuodi.platform.accounts.standing import Standing
from tuodi.platform.ground import clock
from tuodi.platform.ground.words import N_, _
from tuodi.platform.ground.zones import EXTRANET, INSURANCE, here
from tuodi.platform.registry.household_file import households_of
from tuodi.platform.registry.models import Person
from tuodi.platform.registry.person_file_basics import basics, head
from tuodi.platform.registry.person_file_core import File
from tuodi.platform.registry.person_file_identity import identities_of
from tuodi.platform.registry.person_file_money import aid_of, insurance_of, settlements_of
from tuodi.platform.registry.person_file_record import documents_of, record_of

__all__ = ["PARTS", "File", "Part", "as_data", "open_parts", "part_data", "plain"]


@dataclass(frozen=True)
class Part:
    """A part of the file: its title, the networks it may be in, the domains and list rows a reader needs any of."""

    code: str
    title: str
    zones: frozenset[str]
    reads: tuple[str, ...]
    any_of: tuple[str, ...]
    data: Callable[[File], Any]

    def open_to(self, standing: Standing) -> bool:
        """Whether this reader may open it here."""
        role = standing.role
        return (
            here(self.zones)
            and all(role.may_read(name) for name in self.reads)
            and (not self.any_of or any(role.may_read(name) for name in self.any_of))
        )


INSIDE = frozenset({INSURANCE, EXTRANET})
PARTS: dict[str, Part] = {
    part.code: part
    for part in (
        Part("basics", N_("概况"), INSIDE, ("person",), (), basics),
        Part("household", N_("家庭"), INSIDE, ("person", "household"), (), households_of),
        Part("identity", N_("身份"), INSIDE, ("person", "identity"), (), identities_of),
        Part("insurance", N_("参保"), INSIDE, ("person",), ("entry:enrolments",), insurance_of),
        Part("settlements", N_("结算"), frozenset({INSURANCE}), ("person", "settlement"), (), settlements_of),
        Part("aid", N_("已得救助"), INSIDE, ("person",),
             ("settlement", "entry:aid", "entry:received", "entry:subsidies"), aid_of),
        Part("documents", N_("材料"), INSIDE, ("person", "entry"), (), documents_of),
        Part("record", N_("记录"), INSIDE, ("person",), (), record_of),
    )
}  # fmt: skip
"""Code → part, in the order of the tabs."""


def open_parts(standing: Standing) -> list[Part]:
    """The parts that this reader may open here."""
    return [part for part in PARTS.values() if part.open_to(standing)]


def part_data(file: File, code: str) -> Any:
    """The data of one part. Raises ``PermissionError`` where the reader may not open it."""
    part = PARTS[code]
    if not part.open_to(file.standing):
        raise PermissionError(_("您的岗位不能查看这部分内容。"))
    return part.data(file)


def as_data(standing: Standing, person: Person, parts: Iterable[str] = ()) -> dict[str, Any]:
    """The head and the parts asked for (all that are open, if none are named), as JSON takes it.

    Money is in fen, dates are ISO texts, what the reader may not see is its mask. The caller keeps the look.
    Raises ``PermissionError`` for a part that is not open, ``KeyError`` for one that does not exist.
    """
    file = File(standing, person, clock.today())
    wanted = list(parts) or [part.code for part in open_parts(standing)]
    return {"head": plain(head(file)), "parts": {code: plain(part_data(file, code)) for code in wanted}}


def plain(value: Any) -> Any:
    """The same with dates as ISO texts."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return value
