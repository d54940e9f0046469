"""Signed packages of listed fields between zones.

May import ``ground``, ``places``, ``accounts``, ``trail`` and the library; see each module for what enters and leaves.
"""

__all__: list[str] = []
