"""The adapter of GitLab, against a stand-in that holds every call to what is known of GitLab."""
