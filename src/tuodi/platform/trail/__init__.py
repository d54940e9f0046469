"""What happened: changes of rows, bulk loads, who looked at whom; append-only.

May import ``ground``, ``places``, ``accounts``, ``trail`` and the library; see each module for what enters and leaves.
"""

__all__: list[str] = []
