"""Synthetic Hyogo."""
