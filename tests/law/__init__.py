"""Packs: reading, merging, checking, citing, showing."""
