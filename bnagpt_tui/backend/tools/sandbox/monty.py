"""A small Python without files, network or processes, in a process of its own: `pydantic-monty`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

from .options import SandboxOptions
from .outcome import ENDED, Outcome, Report

_MEMORY_SHARE: Final = 10


class MontyPool:
    """Starts interpreters, each in a worker process.

    Args:
        options: The limits.
    """

    def __init__(self, options: SandboxOptions) -> None:
        self._options = options
        self._library: Any = None
        self._pool: Any = None

    async def prepare(self) -> None:
        """Import the library and start its pool.

        Raises:
            ImportError: The library is not installed.
        """
        if self._pool is None:
            self._library = await asyncio.to_thread(import_module, "pydantic_monty")
            pool = self._library.AsyncMonty(max_processes=self._options.interpreters + 1)
            self._pool = await pool.__aenter__()

    def checkout(self) -> Any:
        """A session of the library's own, not begun."""
        return self._pool.checkout(
            script_name="<run>",
            limits={
                "max_feed_duration_secs": self._options.seconds / 2,
                "max_memory": self._options.memory // _MEMORY_SHARE,
                "max_total_sleep_secs": 1.0,
            },
            os_policy={"sleep": "zero"},
        )

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What code that does not come to its end raises."""
        return (self._library.MontyError,)

    async def aclose(self) -> None:
        """End every worker."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.__aexit__(None, None, None)


class Monty:
    """An interpreter of a conversation.

    Args:
        pool: What starts it.
        options: The limits.
    """

    def __init__(self, pool: MontyPool, options: SandboxOptions) -> None:
        self._pool = pool
        self._options = options
        self._session: Any = None

    async def run(self, code: str, report: Report) -> Outcome:
        """Run code; when it is cancelled, the code has stopped before it returns."""
        if self._session is None:
            self._session = await self._pool.checkout().__aenter__()
        printed = 0
        loop = asyncio.get_running_loop()

        def take(_stream: str, text: str) -> None:
            nonlocal printed
            if printed <= self._options.output_characters:
                loop.call_soon_threadsafe(report, text)
            printed += len(text)

        try:
            async with asyncio.timeout(self._options.seconds):
                value = await self._session.feed_run(code, print_callback=take)
        except TimeoutError:
            await self.aclose()
            sentence = f"It was stopped after {self._options.seconds:g} seconds. {ENDED}"
            return Outcome(error=sentence)
        except asyncio.CancelledError:
            await self.aclose()
            raise
        except self._pool.errors as error:
            return await self._failed(error)
        finally:
            await asyncio.sleep(0)  # what was printed last is on its way
        return Outcome("" if value is None else repr(value))

    async def _failed(self, error: Exception) -> Outcome:
        """What to say of code that raised; after a limit the session is not to be trusted."""
        text = error.display() if hasattr(error, "display") else str(error)
        broke_limit = any(
            word in text for word in ("TimeoutError", "MemoryError", "RecursionError", "crashed")
        ) or type(error).__name__ in {"MontyCrashedError", "MontyDisconnectError"}
        if not broke_limit:
            return Outcome(error=text)
        await self.aclose()
        return Outcome(error=f"{text}\n{ENDED}")

    async def aclose(self) -> None:
        """End the interpreter."""
        if self._session is not None:
            session, self._session = self._session, None
            with suppress(*self._pool.errors):
                await session.__aexit__(None, None, None)
