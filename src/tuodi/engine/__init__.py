"""Run a keyed table function here or on a cluster: the same answer to the bit.

A *keyed table function* takes tables by name, all with ``person_id``, and gives one table with ``person_id`` in which
each person's rows depend on that person's rows only. So it may be cut between any two persons.

Enters: a function and where its tables lie. Leaves: its result, in the order of persons. Imports ``tuodi.tables`` and
``tuodi.errors``; the modules named ``spark…`` need the extra ``spark``, and none but them imports it.
"""

__all__: list[str] = []
