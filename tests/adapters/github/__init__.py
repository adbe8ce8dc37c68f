"""Tests of the adapter of GitHub, on the stand-in in tests/forges/github."""
