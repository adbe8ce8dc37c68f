"""A whole campaign over small but real Django services, on one machine."""
