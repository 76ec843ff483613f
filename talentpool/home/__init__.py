"""The first page: for strangers what the pool is, for everybody else what waits for them."""
