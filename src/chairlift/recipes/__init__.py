"""What changes a checkout."""
