"""Changing an open need: first what it would do, then the deed."""
