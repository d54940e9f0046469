"""Files in: sources, deliveries, what was wrong in them, mappings, quality.

May import ``ground``, ``places``, ``accounts``, ``trail`` and the library; see each module for what enters and leaves.
"""

__all__: list[str] = []
