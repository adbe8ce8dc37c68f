"""Signing in through another site: OpenID Connect, GitHub, and what of the answer is believed."""
