"""Who signs in: accounts, sessions, one-time links."""
