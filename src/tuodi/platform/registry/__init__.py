"""One person, one file: persons, list rows, identities, households, settlements, doubtful links.

May import ``ground``, ``places``, ``accounts``, ``trail`` and the library; see each module for what enters and leaves.
"""

__all__: list[str] = []
