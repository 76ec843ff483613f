"""Keeping the service sound: checks, migrations, the audit chain."""
