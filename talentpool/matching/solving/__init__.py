"""Who should do what: the best plan of a problem, with its proof."""
