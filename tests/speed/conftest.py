"""The benchmarks lie beside the program, not in it."""

import sys

from house.tree import ROOT

sys.path.append(str(ROOT))
