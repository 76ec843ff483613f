"""Why this plan: rankings, empty seats, what would change it, and other plans beside it."""
