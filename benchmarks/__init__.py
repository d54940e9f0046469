"""Figures of speed, each a ratio of one run: ours beside a yardstick that does as much without any rule.

``python -m benchmarks`` runs them, prints a table and writes JSON; docs/explanation/benchmarks.md tells the method.
Each figure is a module with ``rows(options)``; ``common`` holds how times are taken. Nothing of ``src`` imports this.
"""
