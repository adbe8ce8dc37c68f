"""GitLab, in the cloud or self-managed, of any edition: `forge.GitLab` is the adapter, all else its parts."""
