"""No key at any moment after any other raises."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.app.random_keys import press_anything


@pytest.mark.parametrize("seed", range(6))
async def test_no_key_at_any_moment_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.chdir(tmp_path)  # files that tools made may be saved here
    pressed = await press_anything(tmp_path / "data", random.Random(seed), keys=400)
    assert len(pressed) >= 400
