"""The reference “raw”: the SDK's stream written to standard output, and nothing else."""

from __future__ import annotations

import asyncio
import sys

from groq import AsyncGroq

from .server import MODEL


async def main() -> None:
    """Answer each line of standard input."""
    client = AsyncGroq()
    print("Ask anything", flush=True)
    while question := await asyncio.to_thread(sys.stdin.readline):
        stream = await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": question}], stream=True
        )
        async for chunk in stream:
            sys.stdout.write(chunk.choices[0].delta.content or "")
            sys.stdout.flush()
        print("\nAsk anything", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
