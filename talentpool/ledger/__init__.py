"""Half-days by person and month: capacity, holds, bookings. The only writer of ledger rows."""
