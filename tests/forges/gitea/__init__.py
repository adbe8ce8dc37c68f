"""A stand-in for Gitea, with people around it who use its API and real git."""
