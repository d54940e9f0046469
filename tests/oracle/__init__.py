"""The oracle by itself: each feature of the language with a case worked out by hand."""
