"""The invented people of ``benchmarks/linkage_people.py`` serve the tests as well as the measurement."""

import sys

from house.tree import ROOT

sys.path.insert(0, str(ROOT))
