"""Tests of the report: what its pages say, its files, and how it behaves in a browser."""
