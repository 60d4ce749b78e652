"""What may stand in `config.toml`, and what is taken out of what is said of it."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bnagpt_tui.backend.tools.mcp import ServerOptions, Servers, server_options
from bnagpt_tui.backend.tools.mcp.concealing import without_secrets


@pytest.mark.parametrize(
    ("name", "table", "sentence"),
    [
        ("a__b", {"command": "x"}, "single “_”"),
        ("a_", {"command": "x"}, "none is last"),
        ("", {"command": "x"}, "letters"),
        ("x" * 33, {"command": "x"}, "1 to 32"),
        ("é", {"command": "x"}, "letters"),
        ("a", {}, "either a command or a url"),
        ("a", {"command": ""}, "either a command or a url"),
        ("a", {"command": "x", "url": "http://x"}, "either"),
        ("a", {"command": "x", "cwd": "/"}, "there is no “cwd”"),
        ("a", {"command": ["x"]}, "command is a text"),
        ("a", {"command": "x\0"}, "command is a text"),
        ("a", {"command": "x", "args": [1]}, "args is a list of texts"),
        ("a", {"command": "x", "headers": {}}, "headers goes with url"),
        ("a", {"url": "http://x", "env": {}}, "env goes with command"),
        ("a", {"command": "x", "env": {"A": 1}}, "env is a table of texts"),
        ("a", {"command": "x", "env": {"A=B": "c"}}, "without “=”"),
        ("a", {"command": "x", "env": {"GROQ_API_KEY": "c"}}, "given to no server"),
        ("a", {"command": "x", "env": {"BNAGPT_MODEL": "c"}}, "given to no server"),
        ("a", {"url": "file:///etc/passwd"}, "url is an address"),
        ("a", {"url": "http://"}, "url is an address"),
        ("a", {"url": "http://[x"}, "url is an address"),
        ("a", {"url": "http://x y"}, "url is an address"),
        ("a", {"url": "http://x", "headers": {"A": "b\r\nC: d"}}, "printable"),
        ("a", {"url": "http://x", "headers": {"A b": "c"}}, "plain names"),
        ("a", {"command": "x", "seconds": True}, "above 0"),
        ("a", {"command": "x", "seconds": -1}, "above 0"),
        ("a", {"command": "x", "seconds": float("nan")}, "above 0"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, table: dict[str, object], sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        server_options(name, table)


def test_a_table_becomes_options_that_do_not_show_secrets() -> None:
    table = {"url": "https://x.example/?key=geheim", "headers": {"A": "geheim"}, "seconds": 5}
    options = server_options("a-b_c", table)
    assert options.address == "https://x.example/?key=geheim"
    assert (options.headers, options.seconds) == ({"A": "geheim"}, 5.0)
    assert "geheim" not in repr(options)
    program = server_options("a", {"command": "x", "args": ["y"], "env": {"T": "geheim"}})
    assert (program.command, program.arguments) == ("x", ("y",))
    assert program.environment == {"T": "geheim"}
    assert "geheim" not in repr(program)


def test_secrets_are_taken_out_whole_and_in_parts() -> None:
    options = ServerOptions(
        "a",
        address="https://user:pass%20word@x.example/secret-path?key=abcd&b=efgh",
        headers={"Authorization": "Bearer abcdefgh"},
        environment={"ON": "1", "TOKEN": "t0ken"},
    )
    said = "pass word, pass%20word, secret-path, abcd, efgh, Bearer abcdefgh, abcdefgh, t0ken, 1"
    assert without_secrets(said, options) == "…, …, …, …, …, …, …, …, 1"


async def test_without_the_library_it_is_said_once_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "bnagpt_tui.backend.tools.mcp.connection", raising=False)
    monkeypatch.setitem(sys.modules, "mcp", None)
    servers = Servers([ServerOptions("a", "x"), ServerOptions("b", "x")])
    assert not any(await asyncio.gather(servers.tools(), servers.tools()))
    assert servers.drain_reports() == [
        "MCP servers need the extra “mcp”: pip install 'bnagpt-tui[mcp]'."
    ]
    await servers.aclose()


async def test_without_servers_the_library_is_not_loaded() -> None:
    servers = Servers([])
    assert await servers.tools() == ()
    await servers.aclose()
