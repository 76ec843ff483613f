"""The registers as a page and as files."""

from .pages import blueprint

__all__ = ["blueprint"]
