"""The answer that is streamed: Markdown as models write it, cut into tokens."""

from __future__ import annotations

import re
from itertools import cycle, islice
from typing import Final

FIRST: Final = "ᚠ"
"""The first token: one letter of a script that is used nowhere else.

An application that sends only the cells that change may send a word in pieces, but not a letter.
"""

LAST: Final = " ᛟ"
"""The last token, whose letter stands nowhere else either."""

_PIECE: Final = re.compile(r" ?[^\W\d_]{1,4}|\d{1,3}|\s+|.", re.DOTALL)
"""About what a tokenizer makes of such text: 3.1 characters a token."""

_OPENING: Final = """ is the short answer; the long one follows, with **every step**, the \
*reasons* behind it, and `code` that can be run.

"""

_SECTIONS: Final = (
    """## {n}. What happens when a page is requested

A request crosses more hands than one would think: the *resolver*, the proxy, the balancer and, at \
last, the process that answers. Each of them **may wait**, and each wait looks alike from outside.

- the name is looked up, mostly in a cache that is two hops away
- a connection is opened, or taken from the pool
    - with TLS 1.3 that is one round trip
    - with resumption it is none
- the handler reads, thinks and writes
- the reply is compressed and sent in pieces of 16 KB

> Measure first. What is not measured is not slow, it is only suspected of it.

""",
    """## {n}. Como guardar o que foi escrito

A gravação não pode perder nada: nem a pergunta, nem a metade da resposta que já chegou. Por isso \
cada alteração é **acrescentada** ao fim do ficheiro, com uma soma de verificação, e só depois \
é confirmada ao utilizador. São três as situações difíceis:

1. o disco está cheio a meio da escrita;
2. o processo é terminado sem aviso — `kill -9`;
3. dois programas escrevem ao mesmo tempo.

Em português, francês (« ça dépend »), alemão („natürlich“) e espanhol («¿cómo no?») o texto é o \
mesmo: *não confie, verifique*.

""",
    """## {n}. The loop, in code

```python
from collections import deque
from dataclasses import dataclass, field


@dataclass
class Queue:
    \"\"\"Keeps what waits; the oldest goes first.\"\"\"

    limit: int = 64
    waiting: deque[str] = field(default_factory=deque)

    def put(self, item: str) -> bool:
        if len(self.waiting) >= self.limit:
            return False  # full: the caller decides
        self.waiting.append(item)
        return True

    async def drain(self, send) -> int:
        count = 0
        while self.waiting:
            await send(self.waiting.popleft())
            count += 1
        return count
```

The method `put` never blocks: it says **no** instead, and the caller may try again later.

""",
    """### {n}. Figures side by side

| system | requests/s | median | p99 | memory |
|---|---:|---:|---:|---:|
| one process | 1,240 | 3.1 ms | 41 ms | 88 MB |
| four processes | 4,310 | 3.4 ms | 38 ms | 342 MB |
| event loop | 9,870 | 1.2 ms | 12 ms | 96 MB |
| événements, à froid | 7,020 | 1.9 ms | 27 ms | 101 MB |
| 事件循环 (热) | 10,115 | 1.1 ms | 9 ms | 97 MB |

The last two rows were taken on the same machine, ten minutes apart; see [the notes]\
(https://example.org/notes/{n}) for how.

""",
    """## {n}. 多言語のこと · words of other scripts

日本語の文章には空白がないので、行の折り返しは文字の幅で決まります。中文也是这样：每个字占两个单元格。\
한국어는 띄어쓰기가 있지만 글자는 역시 두 칸입니다.

- 🚀 deploy: first the schema, then the code
- 🧪 test: on a copy, with yesterday's data
- ✅ done means that somebody else has looked
- ⚠️ a warning that nobody reads is decoration

Ελληνικά, русский язык and עברית each bring something: accents, stress, direction. A client that \
draws `naïve café` right and 👩‍💻 wrong is not finished.

""",
    """## {n}. Shell, and what it leaves behind

```bash
set -euo pipefail
for host in web-1 web-2 web-3; do
    ssh "$host" 'systemctl is-active app || journalctl -u app -n 20'
done | tee status.log
```

After that, look at `status.log`. **If** one of them is down, take it out of rotation *first*, and \
ask why *second*. The order matters because users are patient for about 2 seconds, and auditors \
for about 2 weeks. In symbols: cost ≈ rate × time, and time is the factor that you hold.

---

""",
)


def tokens(count: int, first: str = FIRST, last: str = LAST) -> list[str]:
    """An answer of exactly so many tokens, at least two.

    Args:
        count: How many.
        first: The first of them.
        last: The last of them.
    """
    sections = cycle(_SECTIONS)
    pieces = _PIECE.findall(_OPENING)
    number = 0
    while len(pieces) < count - 2:
        number += 1
        pieces += _PIECE.findall(next(sections).replace("{n}", str(number)))
    return [first, *islice(pieces, count - 2), last]
