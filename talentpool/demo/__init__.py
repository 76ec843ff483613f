"""A pool of invented people and needs (架空データ) to try the product with; never touches another database."""
