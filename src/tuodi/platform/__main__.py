"""``python -m tuodi.platform …``: Django's own commands on this installation."""

import sys

from tuodi.platform.run import ready

__all__: list[str] = []

if __name__ == "__main__":
    ready()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
