"""A step taken by mistake is taken back without telling anybody: only at once, only with a reason that auditors read."""
