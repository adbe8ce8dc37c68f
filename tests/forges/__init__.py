"""Stand-ins for forges: real HTTP and real git, each held to what its forge describes of itself."""
