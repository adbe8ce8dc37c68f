"""Counts requests and errors in access logs: the combined format of nginx, Apache and gunicorn, or JSON lines."""
