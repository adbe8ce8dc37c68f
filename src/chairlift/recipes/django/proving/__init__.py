"""Proves that a service works on a Django: in a sandbox, with its own tests, believing only what really ran."""
