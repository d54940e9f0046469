"""The law as data: read a pack, check it, compile it to dense arrays; cite; show it in words.

Enters: YAML under ``packs/``. Leaves: :class:`Pack`, its dense arrays, its rules in words. Imports ``tuodi.tables``,
``tuodi.vocabulary``, ``tuodi.i18n``, ``tuodi.money`` and ``tuodi.errors``.
"""

from tuodi.law.check import check_pack
from tuodi.law.cite import cite_text
from tuodi.law.find import find_packs, versions_of
from tuodi.law.model import Pack
from tuodi.law.read import read_pack, read_versions
from tuodi.law.show import ShownPack, counter_names, render_text, show_pack

__all__ = [
    "Pack", "ShownPack", "check_pack", "cite_text", "counter_names", "find_packs", "read_pack", "read_versions",
    "render_text", "show_pack", "versions_of",
]  # fmt: skip
