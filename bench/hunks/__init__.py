"""Measures an upgrade against the one that people made of the same service: hunk by hunk."""
