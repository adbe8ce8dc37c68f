"""The Django application: what is remembered, and the loop."""
