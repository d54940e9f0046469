"""The law as data: read a pack, check it, compile it to dense arrays; cite; compare."""
