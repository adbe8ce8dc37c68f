"""Campaign files that ship with Chairlift."""
