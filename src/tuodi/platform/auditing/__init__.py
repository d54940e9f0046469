"""The audit on the platform: the county's own rows put before the law, and the report as a set of pages.

Enters: settlements, identities and flags of the registry, a pack. Leaves: a report's folder for each run, shown page by
page to those who may. May import ``ground``, ``places``, ``accounts``, ``trail``, ``registry`` and the library.
"""

__all__: list[str] = []
