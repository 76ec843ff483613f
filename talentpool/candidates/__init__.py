"""The people of the pool: profile, availability, consents, membership."""
