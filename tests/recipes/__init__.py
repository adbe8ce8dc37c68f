"""Tests of the programs and recipes that change a checkout."""
