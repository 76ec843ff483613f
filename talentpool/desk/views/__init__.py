"""Giving one thing to somebody, and handing over everything."""

from . import assigning, handing
from .blueprint import blueprint

__all__ = ["assigning", "blueprint", "handing"]
