"""Accounts, sessions and one-time links."""
