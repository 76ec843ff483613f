"""The forms of needs: what a town writes, what staff decide, what a list is filtered by."""

from .filled import contents, proposed
from .listing import NeedListForm
from .need import NeedForm
from .publishing import PublishForm
from .rows import ANY, ASK, MUST, WANT

__all__ = [
    "ANY", "ASK", "MUST", "WANT", "NeedForm", "NeedListForm", "PublishForm", "contents", "proposed",
]  # fmt: skip
