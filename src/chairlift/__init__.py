"""Runs an upgrade across every service of a company, and lets each owning squad ride as far as it likes."""
