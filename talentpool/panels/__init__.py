"""Several officers of a town score the people it was introduced to (評価会), and their chair says what it comes to."""
