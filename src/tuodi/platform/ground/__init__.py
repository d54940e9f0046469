"""The ground under every app: the database process, zones, grades, signed passes, row-level security, sealed numbers.

Enters: declarations of the apps (a model's zone, grades and protection; a page's zone and rights). Leaves: SQL that
enforces them, and the few functions that apps call. May import the library; imports no other app.
"""

__all__: list[str] = []
