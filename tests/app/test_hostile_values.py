"""Whatever stands in any value, in any widget, the terminal is sent drawing and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.hostile_session import meet


@pytest.mark.parametrize("seed", range(2))
async def test_no_value_of_any_kind_commands_the_terminal(tmp_path: Path, seed: int) -> None:
    await meet(tmp_path / "data", seed)
