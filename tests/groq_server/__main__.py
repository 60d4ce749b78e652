"""Runs the server until it is stopped: `python -m tests.groq_server --port 0 --rate 50`."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal

from .replies import Answer
from .server import GroqServer

TEXT = """\
## An answer with everything

You asked, and **bold** words, *leaning* ones and `code` reply:

1. a list,
2. of three
3. entries

| city | country |
|---|---|
| Canberra | Austrália |
| Wellington | Nova Zelândia |

```python
def greet(name: str) -> str:
    return f"Olá, {name} 👋"
```

> 日本語 and Ελληνικά are here too.
"""


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until SIGINT or SIGTERM, or until standard input ends when that is asked for."""
    answer = Answer(
        arguments.text * arguments.repeat if arguments.text else None,
        reasoning=arguments.reasoning,
        rate=arguments.rate,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with GroqServer(port=arguments.port, key=arguments.key, default=answer) as server:
        print(server.url, flush=True)
        await stop.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.groq_server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--rate", type=float, default=0.0, help="tokens a second; 0: at once")
    parser.add_argument("--key", default=None, help="the only key to accept")
    parser.add_argument("--text", default=TEXT, help="the answer; empty for an echo")
    parser.add_argument("--repeat", type=int, default=1, help="how often the text comes")
    parser.add_argument("--reasoning", default="", help="what is thought before it")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
