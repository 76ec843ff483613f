"""Travel times that staff correct: they go before the rule, for rounds, pages and files alike."""
