"""The platform that a bureau deploys: Django on PostgreSQL, one app a room, above the library.

Enters: departments' files, what officers type. Leaves: pages, files, an API, and a database that decides who sees
what. May import every room of the library except the command line; nothing of the library imports it. Importing this
package starts nothing: Django is set up by :mod:`tuodi.platform.run`.
"""

__all__: list[str] = []
