"""The first page: what the pool is, for visitors, and the work that waits, for everyone signed in."""
