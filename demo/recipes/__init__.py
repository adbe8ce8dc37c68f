"""What the demo's campaigns do to a checkout: three programs, and the edits that they are made of."""
