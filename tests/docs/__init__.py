"""The documents: their examples run."""
