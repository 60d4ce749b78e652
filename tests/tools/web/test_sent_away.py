"""A page cannot have a conversation sent away: unnamed addresses are asked about first."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bnagpt_tui.backend.approvals import Approvals
from bnagpt_tui.backend.chat import ChatService
from bnagpt_tui.backend.events import ApprovalAsked
from bnagpt_tui.backend.models import Source
from bnagpt_tui.backend.permission import Approval, Consent, Decision, Permission
from bnagpt_tui.backend.store import Archive
from bnagpt_tui.backend.tool_service import Leave
from bnagpt_tui.backend.toolbox import Kit, Toolbox
from bnagpt_tui.backend.tools.base import Tool, ToolContext, ToolResult, tool_from
from bnagpt_tui.backend.tools.read_page import read_page
from bnagpt_tui.backend.tools.web import WebOptions
from tests.backend.hands import decided, path_of
from tests.backend.talking import to_end
from tests.fakes import CALLS, DONE, ScriptedEngine, Step, call, make_chat
from tests.tools.web.conftest import Site

SECRET = "lisbon"


def reads(*addresses: str) -> list[list[Step]]:
    """Answers that read pages one after another, and an end."""
    calls: list[list[Step]] = [
        [call("c", "read_page", json.dumps({"address": address})), CALLS] for address in addresses
    ]
    return [*calls, ["Done.", DONE]]


def finding(address: str) -> Tool:
    async def look(context: ToolContext, what: str) -> ToolResult:
        """Search."""
        source = Source(context.first_source, what, address)
        return ToolResult(address, sources=(source,))

    return tool_from(look, searches=True)


def talking(
    archive: Archive,
    scripts: list[list[Step]],
    approvals: Approvals | None = None,
    *more: Tool,
) -> ChatService:
    kit = Kit((read_page(WebOptions(private=True)), *more))
    engine = ScriptedEngine([*scripts], tools=True)
    return make_chat(engine, archive, toolbox=Toolbox(lambda: kit), approvals=approvals)


async def asked_about(
    chat: ChatService, text: str, word: Permission = Permission.NO, conversation: str = ""
) -> list[Approval]:
    """What is asked about while a question is answered, each time answered with this word."""
    events = chat.send(conversation or chat.new().id, text)
    seen = await decided(chat, events, lambda _: Decision(word))
    return [event.approval for event in seen if isinstance(event, ApprovalAsked)]


async def test_an_address_that_nobody_named_is_asked_about_before_anything_leaves(
    archive: Archive, site: Site
) -> None:
    address = site.url(f"/json?q={SECRET}")
    chat = talking(archive, reads(address))
    [approval] = await asked_about(chat, "Hello.")
    assert (approval.tool, approval.subject) == ("read_page", address)
    assert "Neither you nor a search named" in approval.consent.reason
    assert site.hits == 0


async def test_what_the_user_wrote_is_read_at_once_and_what_it_links_to_is_not(
    archive: Archive, site: Site
) -> None:
    chat = talking(
        archive, reads(site.url("/article"), site.url("/json"), site.url(f"/article?q={SECRET}"))
    )
    asked = await asked_about(chat, f"Read {site.url('/article')}.")
    assert [item.subject for item in asked] == [
        site.url("/json"),
        site.url(f"/article?q={SECRET}"),
    ]
    assert [request.path for request in site.requests] == ["/article"]


async def test_what_a_search_found_is_read_at_once(archive: Archive, site: Site) -> None:
    searching: list[Step] = [call("s", "look", '{"what":"x"}'), CALLS]
    scripts = [searching, *reads(site.url("/json"), site.url("/article"))]
    chat = talking(archive, scripts, None, finding(site.url("/json")))
    asked = await asked_about(chat, "Look.")
    assert [item.subject for item in asked] == [site.url("/article")]
    assert [request.path for request in site.requests] == ["/json"]


@pytest.mark.parametrize("word", [Permission.ONCE, Permission.CONVERSATION])
async def test_a_yes_is_for_that_host_in_this_conversation(
    archive: Archive, site: Site, word: Permission
) -> None:
    other = site.base.replace("127.0.0.1", "localhost")
    again = reads(site.url("/json"), site.url("/article"), f"{other}/json")
    chat = talking(archive, [*again, *again, *again])
    conversation = chat.new()
    asked = await asked_about(chat, "Hello.", word, conversation.id)
    host = site.base.removeprefix("http://")
    assert [item.consent.scope for item in asked] == [host, host.replace("127.0.0.1", "localhost")]
    assert await asked_about(chat, "More.", word, conversation.id) == []
    assert len(await asked_about(chat, "Elsewhere.", word)) == 2


@pytest.mark.parametrize(
    "path",
    [
        f"/json?q={'word+' * 60}",
        f"/json?q={'a+' * 3000}",
        "/json?q=VGhlIHVzZXIgbGl2ZXMgaW4gTGlzYm9u",
        "/json#fragment",
        "/json?q=%2554%2568",
    ],
)
@pytest.mark.parametrize("word", [Permission.ONCE, Permission.CONVERSATION, Permission.ALWAYS])
async def test_a_long_or_odd_address_is_asked_about_each_time(
    archive: Archive, site: Site, path: str, word: Permission
) -> None:
    chat = talking(archive, reads(site.url("/json"), site.url(path), site.url(path)))
    asked = await asked_about(chat, "Hello.", word)
    assert [item.subject for item in asked] == [site.url("/json"), site.url(path), site.url(path)]
    assert "long or odd" in asked[1].consent.reason
    assert site.hits == 3


async def test_a_word_for_good_is_for_ordinary_addresses_everywhere(
    archive: Archive, site: Site
) -> None:
    other = site.base.replace("127.0.0.1", "localhost")
    chat = talking(
        archive,
        [*reads(site.url("/json")), *reads(f"{other}/article", f"{other}/{'x' * 300}")],
    )
    assert len(await asked_about(chat, "Hello.", Permission.ALWAYS)) == 1
    assert [item.subject for item in await asked_about(chat, "Again.")] == [f"{other}/{'x' * 300}"]
    [state] = await chat.tools.states()
    assert (state.leave, state.acts) == (Leave.ALWAYS, False)
    await chat.tools.revoke("read_page")
    assert (await chat.tools.states())[0].leave is Leave.SOMETIMES


async def test_where_nobody_can_be_asked_the_refusal_says_what_allows_it(
    archive: Archive, site: Site
) -> None:
    refusal = "Nobody can be asked here: --allow {tool} allows it."
    chat = talking(archive, reads(site.url("/json")), Approvals(refusal=refusal))
    conversation = chat.new()
    await to_end(chat.send(conversation.id, "Hello."))
    assert "--allow read_page allows it" in path_of(chat, conversation.id)[2].content
    assert site.hits == 0
    chat = talking(archive, reads(site.url("/json")), Approvals(["read_page"], refusal=refusal))
    await to_end(chat.send(chat.new().id, "Hello."))
    assert site.hits == 1


async def test_the_users_own_call_is_not_asked_about(archive: Archive, site: Site) -> None:
    chat = talking(archive, [])
    arguments = {"address": site.url(f"/json?q={'a+' * 200}")}
    await to_end(chat.tools.use(chat.new().id, "read_page", arguments))
    assert site.hits == 1


@pytest.mark.parametrize(
    "written",
    [
        '\u00a0{"address":"%s"}',
        '{"address":"%s"}\x1c',
        '{"address":"https://example.org/","address":"%s"}',
        '{"\\u0061ddress":"%s"}',
        '{"address":"  %s\\n"}',
    ],
)
async def test_however_the_arguments_are_written_the_address_is_asked_about(
    archive: Archive, site: Site, written: str
) -> None:
    address = site.url(f"/json?q={SECRET}")
    scripts: list[list[Step]] = [
        [call("c", "read_page", written % address), CALLS],
        ["Done.", DONE],
    ]
    chat = talking(archive, scripts)
    [approval] = await asked_about(chat, "Read https://example.org/.")
    assert address in approval.subject
    assert "example.org" not in approval.subject
    assert site.hits == 0


@pytest.mark.parametrize("address", ["https://", "file:///etc/passwd", "https://u:p@example.org/"])
async def test_what_is_no_address_is_refused_without_a_question(
    archive: Archive, address: str
) -> None:
    chat = talking(archive, reads(address))
    assert await asked_about(chat, "Hello.", Permission.ONCE) == []


# Redirects


@pytest.fixture
async def sender(site: Site) -> AsyncIterator[Site]:
    """A site that sends to wherever it is told, as open redirects do."""
    other = Site()

    async def send(request: web.Request) -> web.Response:
        other.hits += 1
        return web.Response(status=302, headers={"Location": request.query["to"]})

    app = web.Application()
    app.router.add_get("/{path:.*}", send)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    other.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield other
    await runner.cleanup()


async def test_a_host_that_was_allowed_sends_to_no_other(
    archive: Archive, site: Site, sender: Site
) -> None:
    target = site.url(f"/json?q={SECRET}")
    chat = talking(archive, reads(f"{sender.base}/?to={target}", target))
    conversation = chat.new()
    asked = await asked_about(chat, "Hello.", Permission.ONCE, conversation.id)
    assert [item.subject for item in asked] == [f"{sender.base}/?to={target}", target]
    told = path_of(chat, conversation.id)[2].content
    assert "sends to another host, where it was not followed" in told
    assert target in told
    assert (sender.hits, site.hits) == (1, 1)


async def test_an_address_that_was_named_may_send_anywhere(
    archive: Archive, site: Site, sender: Site
) -> None:
    start = f"{sender.base}/?to={site.url('/json')}"
    chat = talking(archive, reads(start))
    assert await asked_about(chat, f"Read {start}") == []
    assert (sender.hits, site.hits) == (1, 1)


async def test_where_a_page_sent_to_is_not_named_by_that(
    archive: Archive, site: Site, sender: Site
) -> None:
    start = f"{sender.base}/?to={site.url('/json')}"
    cited: list[Step] = ["As it says [1].", DONE]
    scripts = [*reads(start)[:1], cited, *reads(site.url("/json"))]
    chat = talking(archive, scripts)
    conversation = chat.new()
    await asked_about(chat, f"Read {start}", conversation=conversation.id)
    assert len(await asked_about(chat, "Again.", conversation=conversation.id)) == 1


def test_a_word_reaches_no_further_than_it_may() -> None:
    host = Consent(least=Permission.CONVERSATION)
    once = Consent(most=Permission.ONCE)
    for given, for_host, for_once in (
        (Permission.ONCE, Permission.CONVERSATION, Permission.ONCE),
        (Permission.CONVERSATION, Permission.CONVERSATION, Permission.ONCE),
        (Permission.ALWAYS, Permission.ALWAYS, Permission.ONCE),
        (Permission.NO, Permission.NO, Permission.NO),
    ):
        assert host.granted(Decision(given)) is for_host
        assert once.granted(Decision(given)) is for_once
