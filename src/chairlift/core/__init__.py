"""The pure inside: values and rules, with no Django, no network, no clock and no randomness."""
