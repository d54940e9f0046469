"""The look of the platform's pages: templates, style and scripts, and the view that keeps a reader's two choices.

Enters: what the other rooms put into a template's context. Leaves: pages. Imports Django and nothing of Tuodi.
"""

__all__: list[str] = []
