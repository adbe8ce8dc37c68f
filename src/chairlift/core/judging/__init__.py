"""Whether a service is worse off since a deploy: counts by the minute against what is ordinary for it."""
