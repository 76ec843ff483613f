"""Both sides together: rows become matching records; conflicts; lint of a need."""
