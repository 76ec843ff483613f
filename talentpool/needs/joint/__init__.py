"""Joint needs (共同募集): one need of several towns, with shares, consents, a rota and a split of the cost."""
