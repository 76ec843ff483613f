"""Who could do what, and how well: rules and fit turn records into a problem."""
