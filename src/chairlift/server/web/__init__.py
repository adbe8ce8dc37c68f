"""The pages that people live in."""
