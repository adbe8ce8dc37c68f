"""Gitea and Forgejo, by their HTTP API: `forge.GiteaForge` is the adapter, all else its parts."""
