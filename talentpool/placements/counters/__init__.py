"""条件の提案: the person or the town proposes other conditions instead of a yes or a no."""
