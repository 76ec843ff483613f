"""Files as people take them away."""
