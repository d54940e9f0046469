"""Tests of the platform's look: the pieces of pages, drawn with invented data and opened in a browser."""
