"""The API: the same data, rights and masks as the pages, for programs.

May import ``ground``, ``places``, ``accounts``, ``trail`` and the library; see each module for what enters and leaves.
"""

__all__: list[str] = []
