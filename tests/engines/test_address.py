"""Base URLs as people write them."""

from __future__ import annotations

import pytest

from bnagpt_tui.backend.engines.groq.address import parse_address
from bnagpt_tui.backend.errors import UnreachableError


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("", "https://api.groq.com/openai/v1"),
        ("https://api.groq.com", "https://api.groq.com/openai/v1"),
        ("https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1"),
        ("https://api.groq.com/openai/v1/", "https://api.groq.com/openai/v1"),
        ("https://api.groq.com/openai", "https://api.groq.com/openai/v1"),
        (" api.groq.com ", "https://api.groq.com/openai/v1"),
        ("https://api.groq.com/openai/v1/chat/completions", "https://api.groq.com/openai/v1"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("localhost:11434/v1/", "http://localhost:11434/v1"),
        ("127.0.0.1:1234/v1/models", "http://127.0.0.1:1234/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("https://proxy.example/groq/openai/v1", "https://proxy.example/groq/openai/v1"),
        ("https://llm.example/api/v1", "https://llm.example/api/v1"),
        ("https://llm.example/custom", "https://llm.example/custom"),
    ],
)
def test_every_usual_way_to_write_a_base_url_is_understood(written: str, asked: str) -> None:
    address = parse_address(written)
    assert address.root + address.prefix == asked


@pytest.mark.parametrize(
    "written", ["ftp://x", "http://", "https://a b.example", "http://x:port/v1", "http://[::1"]
)
def test_what_is_no_address_is_refused_with_what_was_written(written: str) -> None:
    with pytest.raises(UnreachableError) as caught:
        parse_address(written)
    assert written in str(caught.value)
    assert "http://localhost:11434/v1" in str(caught.value)


@pytest.mark.parametrize(
    ("written", "loopback"),
    [
        ("http://localhost:1/v1", True),
        ("http://127.0.0.1", True),
        ("http://127.8.4.2", True),
        ("http://[::1]:1", True),
        ("https://api.groq.com", False),
        ("https://localhost.example", False),
        ("http://192.168.0.2/v1", False),
    ],
)
def test_loopback_is_told_from_the_network(written: str, loopback: bool) -> None:
    assert parse_address(written).loopback is loopback


def test_sentences_name_the_host_without_its_path() -> None:
    assert parse_address("http://localhost:11434/v1").host == "localhost:11434"
    assert parse_address("").host == "api.groq.com"
