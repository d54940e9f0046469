"""Who works here: users, roles as data, grants made by one and confirmed by another, sign-in.

May import ``ground``, ``places``, ``accounts``, ``trail`` and the library; see each module for what enters and leaves.
"""

__all__: list[str] = []
