"""GitHub, in the cloud or as an Enterprise Server, as an App or with a token."""
