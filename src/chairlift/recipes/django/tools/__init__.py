"""Other people's codemods, run for what they do well and repaired where they do harm."""
