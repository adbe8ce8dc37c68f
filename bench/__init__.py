"""Measures what the project promises of speed and memory; `make bench` prints it. Never part of the tests."""
