"""Programmes of the state and others that towns can use, and the towns that were referred to them."""
