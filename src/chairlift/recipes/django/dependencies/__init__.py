"""What else must move so that the service runs on the target, with the fewest lines changed."""
