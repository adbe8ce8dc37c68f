"""Stand-ins for forges: real servers on real git, which hold every call against the forge's own description."""
