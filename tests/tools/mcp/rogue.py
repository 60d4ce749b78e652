"""A server that does one wrong thing: `rogue.py THING`. It uses the standard library alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

thing = sys.argv[1] if len(sys.argv) > 1 else ""
OBJECT = {"type": "object", "properties": {}}


def say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def tools() -> list[Any]:
    if thing == "many":
        return [{"name": f"tool{number}", "inputSchema": OBJECT} for number in range(10_000)]
    if thing == "odd":
        return [
            {
                "name": "\x1b[2J rm -rf/",
                "description": "a\x1b[2J\nb " * 2000,
                "inputSchema": OBJECT,
            },
            {"name": "x" * 100, "inputSchema": {}},
            {"name": "x" * 100 + "y", "inputSchema": OBJECT, "annotations": "none"},
            {"name": "text", "inputSchema": {"type": "string"}},
            {"name": "large", "inputSchema": {**OBJECT, "description": "x" * 30_000}},
            {"inputSchema": OBJECT},
            "no tool",
            {"name": "claims", "inputSchema": OBJECT, "annotations": {"readOnlyHint": "yes"}},
            {
                "name": "busy",
                "inputSchema": OBJECT,
                "annotations": {"readOnlyHint": True},
                "outputSchema": {
                    "type": "object",
                    "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}},
                },
            },
        ]
    return [{"name": "act", "inputSchema": OBJECT}]


def call(number: object) -> None:
    if thing == "die":
        os._exit(3)
    if thing == "large":
        say({"id": number, "result": {"content": [{"type": "text", "text": "x" * 3_000_000}]}})
    if thing == "endless":
        while True:
            sys.stdout.write("x" * 100_000)
    if thing == "shapeless":
        say({"id": number, "result": {"content": "no list"}})
    if thing == "refuse":
        say(
            {"id": number, "error": {"code": -32602, "message": f"no\x1b[2J {os.environ['TOKEN']}"}}
        )
    if thing == "odd":
        content = {"content": [], "structuredContent": {"a": "a" * 40 + "!"}}
        say({"id": number, "result": content})
    if thing == "pings":
        for _ in range(20_000):
            say({"id": "p" * 100, "method": "ping"})
        time.sleep(3600)
    if thing == "stubborn":
        say({"id": number, "result": {"content": [{"type": "text", "text": str(child.pid)}]}})
    if thing == "stderr":
        for _ in range(100):
            sys.stderr.write("x" * 100_000)
        say({"id": number, "result": {"content": []}})
    if thing == "progress":
        for _ in range(2000):
            params = {"progressToken": token, "progress": 1}
            say({"method": "notifications/progress", "params": params})
        say({"id": number, "result": {"content": [{"type": "text", "text": "done"}]}})


if thing == "silent":
    time.sleep(3600)
if thing == "chatter":
    while True:
        print("Listening on nothing…")
if thing == "broken":
    sys.stderr.write("x" * 3_000_000 + f"\nthe token {os.environ['TOKEN']}\x1b[2J is wrong\n")
    sys.exit(4)
if thing == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
if thing == "newer":
    print("This server has a banner.")

for line in sys.stdin:
    request = json.loads(line)
    method, number = request["method"], request.get("id")
    token = request.get("params", {}).get("_meta", {}).get("progressToken")
    if method == "initialize" and thing == "newer":
        say({"id": number, "error": {"code": -32601, "message": "Method not found"}})
    elif method == "server/discover" and thing == "newer":
        result: dict[str, Any] = {
            "supportedVersions": ["2026-07-28"],
            "capabilities": {"tools": {}},
        }
        say(
            {
                "id": number,
                "result": {**result, "resultType": "complete", "ttlMs": 0, "cacheScope": "private"},
            }
        )
    elif method == "initialize":
        answer = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}}
        say({"id": number, "result": {**answer, "serverInfo": {"name": "r", "version": "1"}}})
    elif method == "tools/list":
        result = {"tools": tools()}
        if thing == "newer":
            result |= {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
        if thing == "pages":
            result["nextCursor"] = "again"
        say({"id": number, "result": result})
        if thing == "fleeting":
            os._exit(3)
    elif method == "tools/call":
        call(number)

if thing == "stubborn":
    time.sleep(3600)
