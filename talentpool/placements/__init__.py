"""One person for one seat of one need, from suggestion to confirmation."""
