"""A small forge on one machine: bare git repositories, and what people say about them in one SQLite file."""
