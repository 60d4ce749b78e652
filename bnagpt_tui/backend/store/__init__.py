"""Where conversations are kept: one journal for each, a list derived from them, a trash, search."""

from .archive import Archive
from .repository import Repository
from .search import Searcher
from .trash import TRASH_KEPT, Trashed

__all__ = ["TRASH_KEPT", "Archive", "Repository", "Searcher", "Trashed"]
