"""The adapter of Gitea and Forgejo, against a stand-in that holds every call against Gitea's own description."""
