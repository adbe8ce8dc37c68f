"""The adapter of Prometheus, against Debian's own Prometheus and, for what goes wrong, a stand-in."""
