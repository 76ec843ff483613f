"""Funding measures that may pay for part of a need, and what a need costs; a hint with its source, never certain."""
