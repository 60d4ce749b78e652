"""What came of calls, in this program's terms."""

from __future__ import annotations

from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
)

from bnagpt_tui.backend.tools.base import ToolResult
from bnagpt_tui.backend.tools.mcp.results import MOST_FILES, result_from


def test_links_and_sounds_are_told() -> None:
    link = ResourceLink(name="log", uri="file:///log\x1b[2J.txt", description="The\nlog")
    sound = AudioContent(data="AAAA", mime_type="Audio/X-Odd; rate=8")
    result = result_from(CallToolResult(content=[link, sound], is_error=True))
    assert result.content == ("The log: file:///log␛[2J.txt\n[audio-1: audio/x-odd, 3 bytes]")
    assert result.failed
    assert [(file.name, file.kind) for file in result.files] == [("audio-1", "audio/x-odd")]


def test_files_that_cannot_be_read_or_are_too_many_are_left_out() -> None:
    broken = ImageContent(data="A", mime_type="image/png")
    assert result_from(CallToolResult(content=[broken])) == ToolResult(
        "[A broken image is left out.]"
    )
    good = ImageContent(data="AAAA", mime_type="\x1b[2J")
    result = result_from(CallToolResult(content=[good] * 1000))
    assert len(result.files) == MOST_FILES
    assert {file.kind for file in result.files} == {"application/octet-stream"}
    assert result.content.endswith("[Further files are left out.]")
    assert len(result.content) < 1000


def test_a_files_name_leads_nowhere() -> None:
    names = ["file:///a/..", "file:///%2e%2e%2f.bashrc", "x:y\\z\x1b", "http://[broken", "?"]
    content = [
        EmbeddedResource(resource=BlobResourceContents(uri=name, blob="AAAA")) for name in names
    ]
    for file in result_from(CallToolResult(content=list(content))).files:
        assert file.name
        assert not set(file.name) & set("/\\\x1b")
        assert not file.name.startswith(".")


def test_values_without_text_are_given_as_json() -> None:
    assert result_from(CallToolResult(content=[], structured_content={"a": "é"})).content == (
        '{"a":"é"}'
    )
    told = CallToolResult(content=[TextContent(text="told")], structured_content={"a": 1})
    assert result_from(told).content == "told"
    beyond = CallToolResult(content=[], structured_content={"a": 2**70})
    assert result_from(beyond).content
