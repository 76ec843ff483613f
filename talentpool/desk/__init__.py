"""Who sees to what waits, and when it is looked at next."""
