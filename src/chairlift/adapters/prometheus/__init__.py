"""Counts requests and errors by asking a Prometheus, or what answers as one does."""
