"""The work that follows a confirmed placement."""
