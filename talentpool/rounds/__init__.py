"""Matching rounds: inputs, run, plan, adoption."""
