"""What a cloud tells its machines alone is private, in whichever form it is written."""

from __future__ import annotations

import ipaddress
import json

import pytest

from bnagpt_tui.backend.errors import ToolError
from bnagpt_tui.backend.tools.base import ToolContext
from bnagpt_tui.backend.tools.read_page import read_page
from bnagpt_tui.backend.tools.web import WebOptions
from bnagpt_tui.backend.tools.web.fetching import fetch
from bnagpt_tui.backend.tools.web.guard import is_public

CLOUDS = [
    "168.63.129.16",  # Azure
    "169.254.169.254",  # nearly all
    "169.254.170.2",  # Amazon's containers
    "169.254.0.23",  # Tencent
    "100.100.100.200",  # Alibaba
    "192.0.0.192",  # Oracle
    "161.26.0.10",  # IBM
]


def forms(number: str) -> list[str]:
    """An address of version 4 as version 6 carries it."""
    value = int(ipaddress.IPv4Address(number))
    high, low = value >> 16, value & 0xFFFF
    return [
        number,
        f"::ffff:{number}",
        f"::{number}",
        f"64:ff9b::{number}",
        f"64:ff9b:1::{number}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}:0:0:{high ^ 0xFFFF:x}:{low ^ 0xFFFF:x}",
        f"2606:4700::5efe:{high:x}:{low:x}",
        f"2606:4700::200:5efe:{high:x}:{low:x}",
        f"::ffff:0:{number}",
    ]


@pytest.mark.parametrize("number", [form for number in CLOUDS for form in forms(number)])
def test_an_address_of_a_clouds_own_is_private(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize("number", ["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe"])
def test_an_address_of_version_6_of_a_clouds_own_is_private(number: str) -> None:
    assert not is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize("number", ["168.63.129.17", "1.1.1.1", "2606:4700::1111"])
def test_what_stands_beside_them_is_public(number: str) -> None:
    assert is_public(ipaddress.ip_address(number))


@pytest.mark.parametrize(
    "host",
    [
        "metadata.google.internal",
        "METADATA.google.internal.",
        "metadata",
        "metadata.goog",
        "instance-data",
        "instance-data.ec2.internal",
        "printer.local",
        "box.localdomain",
        "a.localhost",
        "router.home.arpa",
    ],
)
async def test_a_name_of_a_clouds_own_is_not_even_looked_up(host: str) -> None:
    asked = []

    async def public(name: str, _port: int) -> list[str]:
        asked.append(name)
        return ["93.184.216.34"]

    with pytest.raises(ToolError, match="not on the open Internet"):
        await fetch(f"http://{host}/computeMetadata/v1/", look_up=public)
    assert asked == []


async def test_a_public_name_that_leads_to_a_clouds_address_is_refused() -> None:
    async def azure(_name: str, _port: int) -> list[str]:
        return ["93.184.216.34", "168.63.129.16"]

    with pytest.raises(ToolError, match="not on the open Internet"):
        await fetch("http://innocent.example/machine?comp=goalstate", look_up=azure)


async def test_the_tool_refuses_the_wire_server() -> None:
    tool = read_page(WebOptions())
    with pytest.raises(ToolError, match="not on the open Internet"):
        await tool.run(ToolContext("c"), json.dumps({"address": "http://168.63.129.16/"}))
