"""Whole outside worlds in memory, one per port; each passes the contract of its port."""
