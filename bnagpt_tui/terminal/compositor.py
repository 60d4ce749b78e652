"""Textual's compositor, which has only those widgets drawn of which something changed is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

Render = tuple[Region, Region, list[Strip]]
"""A widget's region, what of it is not clipped, and that part's strips."""


class FrugalCompositor(Compositor):
    """Leaves out widgets that nothing changed on, that others cover, and rows that stay."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: set[Region] | None = None

    def render_partial_update(self) -> ChopsUpdate | None:
        """Draw what changed; `None` when nothing did."""
        self._wanted = self._dirty_regions.copy()
        try:
            return super().render_partial_update()
        finally:
            self._wanted = None

    def _get_renders(self, crop: Region | None = None) -> Iterable[Render]:
        """The widgets to draw, the foremost first."""
        if self._wanted is None or crop is None:
            return super()._get_renders(crop)
        return self._get_few(self._wanted, crop)

    def _get_few(self, wanted: set[Region], crop: Region) -> Iterator[Render]:
        """The widgets on which some regions are seen.

        Args:
            wanted: The regions.
            crop: The smallest region that holds them all.
        """
        screen = self.size.region
        left = {region.intersection(screen) for region in wanted}
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            if not any(shown.overlaps(part) for part in left):
                continue
            rows = shown.intersection(Region(shown.x, crop.y, shown.width, crop.height))
            yield region, rows, widget.render_lines(rows.translate(-region.offset))
            left = {part for part in left if not shown.contains_region(part)}
            if not left:
                return
