"""A whole invented county: what every department's files would hold of 400,000 persons, and what is true.

Enters: a folder, a seed, a number of persons. Leaves: the departments' own files and, apart, the truth. Vectorised, and
still every draw is a hash of seed, person and purpose. May import ``tuodi.synth``; never the engine.
"""

from __future__ import annotations

from tuodi.synth.whole.hardship import SHARES
from tuodi.synth.whole.people import FULL
from tuodi.synth.whole.write import CountyResult, invent, write_county

__all__ = ["FULL", "SHARES", "CountyResult", "invent", "write_county"]
