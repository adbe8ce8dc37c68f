"""The verdict's judges: what the minutes, and the types of errors, after a deploy say of the upgrade."""
