"""A prefecture's pool of digital talent: people, needs, one proven plan, approval with reasons."""

__version__ = "0.1.0"
