"""The case library (事例): what towns did, what it cost and what came of it, for towns of the same size and theme."""
