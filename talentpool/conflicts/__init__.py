"""Conflicts of interest (利益相反) that officers record because no profile tells them; never shown to a town."""
