"""What the user chose: command line before environment before `config.toml` before defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .errors import SettingsError
from .keys import find_keys
from .paths import config_directory, data_directory, expanded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONFIG_FILE: Final = "config.toml"
"""The settings' file inside the configuration directory."""

INSTRUCTIONS: Final = "You are bnaGPT, a helpful assistant. Answer in the language of the question."
"""What the model is told before everything else, unless the user says otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting, resolved; what can be set is what has a reader in `READERS`."""

    data_dir: Path
    """Where conversations are kept."""
    config_dir: Path
    """Where `config.toml` and the key are kept."""
    api_key: str = field(default="", repr=False)
    """The key of the service at the base URL; empty when there is none."""
    groq_key: str = field(default="", repr=False)
    """Groq's own key, for when the base URL leads elsewhere; empty when there is none."""
    key_source: str = ""
    """Where the service's key is from: a variable or a file."""
    base_url: str = ""
    """The service's address; empty for Groq's own."""
    model: str = ""
    """The model for new conversations; empty for the engine's default."""
    instructions: str = INSTRUCTIONS
    """What every conversation begins with."""
    local: bool = False
    """Whether the model of this machine answers even when there is a key."""
    local_model: Path | None = None
    """A GGUF file to use in place of the small demo model."""
    lite: str = "auto"
    """Whether to draw little, for thin lines: `auto`, `on` or `off`."""
    theme: str = "bnagpt"
    """The colours."""
    context_tokens: int = 0
    """The most tokens of one request and its answer; 0 follows the model and the plan."""
    answer_tokens: int = 0
    """The most tokens of one answer; 0 leaves it a quarter of the request's limit."""
    stall_seconds: float = 60.0
    """How long an answer may pause before it counts as broken."""
    debug: bool = False
    """Whether to keep a log of what goes on inside, for reports of faults."""
    probe: bool = True
    """Whether to look for a model server on this machine when there is no key."""
    tools: bool = True
    """Whether models may use tools, in conversations that do not say otherwise."""
    tool_rounds: int = 8
    """How often a model may ask for tools before it must answer."""
    allow: tuple[str, ...] = ()
    """Tools that may act without a question."""
    web_search: str = "ddgs"
    """Who searches the web: `ddgs`, `searxng`, `tavily`, `brave` or `groq`."""
    web_search_url: str = ""
    """Where that service is, if not at its usual place."""
    web_search_key: str = field(default="", repr=False)
    """The key of that service, if it wants one."""
    private_addresses: bool = False
    """Whether pages of this machine and of private networks may be read."""
    sandbox: str = "auto"
    """What the model's code runs in: `auto`, `bwrap`, `monty` or `off`."""
    sandbox_environment: Path | None = None
    """A virtual environment whose packages that code may use, inside `bwrap`."""
    mcp_servers: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    """Programs and services that lend tools, by name."""
    plain_http: tuple[str, ...] = ()
    """Hosts beyond this machine that may be sent a key without encryption; `*` for all."""
    servers: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    """How servers are to be asked, by host; `*` for all."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Other keys for bindings: the binding's id to the keys, separated by commas."""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text in quotes")
    return value


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    known = {"1": True, "true": True, "yes": True, "on": True}
    known |= {"0": False, "false": False, "no": False, "off": False, "": False}
    if isinstance(value, str) and value.lower() in known:
        return known[value.lower()]
    raise TypeError("true or false")


def _path(value: object) -> Path | None:
    text = str(value) if isinstance(value, Path) else _text(value)
    return expanded(text) if text else None


def _choice(*choices: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value is True or value is False:
            value = "on" if value else "off"
        if value not in choices:
            raise TypeError("one of " + ", ".join(choices))
        return str(value)

    return read


def _count(value: object) -> int:
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("a whole number, 0 or more")
    return value


def _seconds(value: object) -> float:
    try:
        seconds = float(value)  # type: ignore[arg-type]  # whatever float() refuses is refused
    except (TypeError, ValueError):
        seconds = 0.0
    if isinstance(value, bool) or not 0 < seconds < 86_400:
        raise TypeError("a number of seconds above 0")
    return seconds


def _bindings(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value.values()):
        raise TypeError('a table of keys, as in "chat.new" = "ctrl+n"')
    return value


def _names(value: object) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError('a list of names, as in ["run_python"]')
    return tuple(name.strip() for name in names if name.strip())


def _tables(value: object) -> Mapping[str, Mapping[str, object]]:
    if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
        raise TypeError('tables, as in [mcp_servers.files] with command = "…"')
    return value


FILE_ONLY: Final = frozenset({"keys", "mcp_servers", "servers"})
"""The settings that are tables, and can stand in the file alone."""

READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "allow": _names,
    "answer_tokens": _count,
    "base_url": _text,
    "context_tokens": _count,
    "debug": _flag,
    "instructions": _text,
    "keys": _bindings,
    "lite": _choice("auto", "on", "off"),
    "local": _flag,
    "local_model": _path,
    "mcp_servers": _tables,
    "model": _text,
    "plain_http": _names,
    "private_addresses": _flag,
    "probe": _flag,
    "sandbox": _choice("auto", "bwrap", "monty", "off"),
    "sandbox_environment": _path,
    "servers": _tables,
    "stall_seconds": _seconds,
    "theme": _text,
    "tool_rounds": _count,
    "tools": _flag,
    "web_search": _choice("ddgs", "searxng", "tavily", "brave", "groq"),
    "web_search_key": _text,
    "web_search_url": _text,
}
"""The settings by name, each with what turns a written value into a used one."""


def load(arguments: Mapping[str, object], environment: Mapping[str, str]) -> Settings:
    """All settings, from every place where one can stand.

    Args:
        arguments: What the command line said, by setting; `None` for what it did not say.
        environment: The process's environment.

    Raises:
        SettingsError: A key is unknown or a value malformed; the sentence says where.
    """
    environment = dict(environment)
    for name in ("data_dir", "config_dir"):
        if arguments.get(name):
            environment[f"BNAGPT_{name.upper()}"] = str(arguments[name])
    config_dir = config_directory(environment)
    values: dict[str, Any] = _from_file(config_dir / CONFIG_FILE)
    given = _from_environment(environment)
    from_file = "base_url" not in given and arguments.get("base_url") is None
    values |= given
    for name, value in arguments.items():
        if value is not None and name in READERS:
            values[name] = _read(name, value, f"--{name.replace('_', '-')}")
    keys = find_keys(environment, config_dir, values.get("base_url", ""), from_file=from_file)
    return Settings(
        data_dir=data_directory(environment),
        config_dir=config_dir,
        api_key=keys.service,
        groq_key=keys.groq,
        key_source=keys.source,
        **values,
    )


def _read(name: str, value: object, place: str) -> object:
    try:
        return READERS[name](value)
    except TypeError as error:
        raise SettingsError(f"{place}: {name} must be {error}.") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    if environment.get("GROQ_BASE_URL"):
        values["base_url"] = environment["GROQ_BASE_URL"]
    for name in READERS.keys() - FILE_ONLY:
        variable = f"BNAGPT_{name.upper()}"
        if variable in environment:
            values[name] = _read(name, environment[variable], variable)
    return values


def _from_file(path: Path) -> dict[str, object]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} cannot be read: it is not UTF-8 text.") from None
    import tomllib  # noqa: PLC0415  # most users have no such file

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.") from None
    values: dict[str, object] = {}
    for name, value in table.items():
        place = f"{path}, line {_line_of(name, text)}"
        if name not in READERS:
            raise SettingsError(f"{place}: there is no setting “{name}”.{_suggestion(name)}")
        values[name] = _read(name, value, place)
    return values


def _line_of(name: str, text: str) -> int:
    pattern = re.compile(rf"^\s*\[?\s*[\"']?{re.escape(name)}[\"']?\s*[=.\]]")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return number
    return 1


def _suggestion(name: str) -> str:
    import difflib  # noqa: PLC0415  # only for mistakes

    nearest = difflib.get_close_matches(name, READERS, n=1, cutoff=0.5)
    return f" Did you mean “{nearest[0]}”?" if nearest else f" There are: {', '.join(READERS)}."
