"""The rules as pages that anybody can read: one a pack, each value beside its article; what differs between places.

Enters: packs and the golden cases beside them. Leaves: a folder of HTML files in Chinese and English that need neither
a network nor a server. May import ``tuodi.authoring`` (the workbook), ``tuodi.report`` (page frame, drawings),
``tuodi.settlement``, ``tuodi.law`` and what lies below them.
"""

from __future__ import annotations

from tuodi.site.write import MANIFEST, Site, write_site

__all__ = ["MANIFEST", "Site", "write_site"]
