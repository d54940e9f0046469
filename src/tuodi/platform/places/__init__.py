"""Regions from the country to the village, and the organisations in them. Public data: names of places and offices.

Enters: lists of codes and names. Leaves: :class:`models.Region`, :class:`models.Organisation`. May import ``ground``.
"""

__all__: list[str] = []
