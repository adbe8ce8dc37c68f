"""One module for each fixer: its reason and release note on top, and a `fixer` that says when it applies."""
