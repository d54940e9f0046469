"""Tests of the audit: bills and lists made by hand, each with exactly one thing wrong."""
