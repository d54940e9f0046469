"""The law as data: read a pack, check it, compile it to dense arrays; cite; compare.

Enters: YAML under ``packs/``. Leaves: :class:`Pack`, its dense arrays, its rules in words. Imports ``tuodi.tables``,
``tuodi.vocabulary``, ``tuodi.i18n``, ``tuodi.money`` and ``tuodi.errors``.
"""

from tuodi.law.check import check_pack
from tuodi.law.find import find_packs, versions_of
from tuodi.law.model import Pack
from tuodi.law.read import read_pack, read_versions

__all__ = ["Pack", "check_pack", "find_packs", "read_pack", "read_versions", "versions_of"]
