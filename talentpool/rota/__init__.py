"""Where the people are whom the prefecture employs: month by month, from the ledger."""
