"""The catalogue of funding measures, and the costs of needs, placements and engagements."""

from . import catalogue, costs
from .blueprint import blueprint

__all__ = ["blueprint", "catalogue", "costs"]
