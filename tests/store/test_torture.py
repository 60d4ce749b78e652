"""A turn of what `make torture` does for ten minutes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.torture import ROUNDS


@pytest.mark.timeout(100)
@pytest.mark.parametrize("name", ROUNDS)
def test_the_store_bears_it(tmp_path: Path, name: str) -> None:
    ROUNDS[name](tmp_path, random.Random(1))
