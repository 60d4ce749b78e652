"""Settings come from four places, in order, and mistakes are named."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bnagpt_tui.backend.assemble import build_engine
from bnagpt_tui.backend.engines.forcing import forced, forced_on
from bnagpt_tui.backend.engines.groq.dialect import Forced
from bnagpt_tui.backend.errors import SettingsError
from bnagpt_tui.backend.keys import read_key, store_key
from bnagpt_tui.backend.paths import config_directory, data_directory, make_private
from bnagpt_tui.backend.settings import Settings, load


def load_with(
    tmp_path: Path, toml: str = "", arguments: dict[str, object] | None = None, **variables: str
) -> Settings:
    config = tmp_path / "config"
    config.mkdir(exist_ok=True)
    (config / "config.toml").write_text(toml, encoding="utf-8")
    environment = {"BNAGPT_CONFIG_DIR": str(config), "BNAGPT_DATA_DIR": str(tmp_path / "data")}
    return load(arguments or {}, {**environment, **variables})


def test_the_command_line_beats_the_environment_beats_the_file(tmp_path: Path) -> None:
    toml = 'model = "from-file"\n'
    assert load_with(tmp_path).model == ""
    assert load_with(tmp_path, toml).model == "from-file"
    assert load_with(tmp_path, toml, BNAGPT_MODEL="from-env").model == "from-env"
    given: dict[str, object] = {"model": "from-line"}
    assert load_with(tmp_path, toml, given, BNAGPT_MODEL="from-env").model == "from-line"


def test_what_the_command_line_did_not_say_hides_nothing(tmp_path: Path) -> None:
    arguments: dict[str, object] = {"model": None, "command": None, "open": "x"}
    assert load_with(tmp_path, 'model = "kept"', arguments).model == "kept"


def test_an_unknown_key_is_refused_with_file_line_and_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_with(tmp_path, '# mine\n\nmodle = "x"\n')
    assert f"{tmp_path / 'config' / 'config.toml'}, line 3" in str(caught.value)
    assert "“modle”" in str(caught.value)
    assert "Did you mean “model”?" in str(caught.value)


def test_a_key_like_none_is_answered_with_all_names(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="There are: allow, answer_tokens"):
        load_with(tmp_path, "zzzzzz = 1")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("model = 3", "model must be a text in quotes"),
        ('local = "perhaps"', "local must be true or false"),
        ('lite = "sometimes"', "lite must be one of auto, on, off"),
        ("context_tokens = -1", "context_tokens must be a whole number, 0 or more"),
        ("stall_seconds = 0", "stall_seconds must be a number of seconds above 0"),
        ("stall_seconds = true", "stall_seconds must be a number of seconds above 0"),
        ('stall_seconds = "soon"', "stall_seconds must be a number of seconds above 0"),
        ("keys = 3", "keys must be a table of keys"),
        ("local_model = 3", "local_model must be a text in quotes"),
    ],
)
def test_a_malformed_value_is_named_with_its_line(
    tmp_path: Path, line: str, complaint: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_with(tmp_path, f"\n{line}\n")
    assert complaint in str(caught.value)
    assert "line 2" in str(caught.value)


def test_broken_toml_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load_with(tmp_path, "model = ")


def test_an_unreadable_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load({}, {"BNAGPT_CONFIG_DIR": str(tmp_path)})


def test_a_file_that_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'model = "\xff"')
    with pytest.raises(SettingsError, match="it is not UTF-8 text"):
        load({}, {"BNAGPT_CONFIG_DIR": str(tmp_path)})


def test_a_malformed_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="BNAGPT_LITE: lite must be one of"):
        load_with(tmp_path, BNAGPT_LITE="never")


def test_every_kind_of_value_is_read_from_the_environment(tmp_path: Path) -> None:
    settings = load_with(
        tmp_path,
        BNAGPT_LOCAL="1",
        BNAGPT_LOCAL_MODEL="~/model.gguf",
        BNAGPT_CONTEXT_TOKENS="4000",
        BNAGPT_STALL_SECONDS="5.5",
        BNAGPT_PROBE="off",
        GROQ_BASE_URL="http://127.0.0.1:1",
    )
    assert settings.local is True
    assert settings.local_model == Path("~/model.gguf").expanduser()
    assert settings.context_tokens == 4000
    assert settings.stall_seconds == 5.5
    assert settings.probe is False
    assert settings.base_url == "http://127.0.0.1:1"


def test_lite_takes_true_and_keys_take_a_table(tmp_path: Path) -> None:
    settings = load_with(tmp_path, 'lite = true\n[keys]\n"chat.new" = "f5"\n')
    assert settings.lite == "on"
    assert settings.keys == {"chat.new": "f5"}


def test_the_directories_can_be_given_on_the_command_line(tmp_path: Path) -> None:
    arguments: dict[str, object] = {"data_dir": str(tmp_path / "d"), "config_dir": str(tmp_path)}
    settings = load(arguments, {})
    assert settings.data_dir == tmp_path / "d"
    assert settings.config_dir == tmp_path


def test_without_variables_the_platform_says_where(tmp_path: Path) -> None:
    assert data_directory({}).name == "bnagpt"
    assert config_directory({}).name == "bnagpt"
    assert data_directory({"BNAGPT_DATA_DIR": "~/x"}) == Path("~/x").expanduser()


def test_the_key_never_shows_in_the_settings(tmp_path: Path) -> None:
    settings = load_with(tmp_path, GROQ_API_KEY=" gsk_secret \n")
    assert settings.api_key == "gsk_secret"
    assert "gsk_secret" not in repr(settings)


def test_a_stored_key_is_private_and_read_back(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = store_key(tmp_path / "new" / "config", "gsk_stored")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read_key({}, path.parent) == "gsk_stored"
    assert read_key({"GROQ_API_KEY": "gsk_env"}, path.parent) == "gsk_env"
    assert [item.name for item in path.parent.iterdir()] == ["groq.key"]


def test_without_any_key_there_is_none(tmp_path: Path) -> None:
    assert read_key({}, tmp_path / "nowhere") == ""


def test_a_directory_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    assert stat.S_IMODE(make_private(tmp_path / "open").stat().st_mode) == 0o700


def test_what_is_forced_upon_a_server_stands_in_tables(tmp_path: Path) -> None:
    toml = """
plain_http = ["llm.lan:8000"]
[servers."*"]
omit = ["stream_options"]
[servers."api.z.ai"]
send = { temperature = 0.2 }
answer_parameter = "max_completion_tokens"
system_role = false
strict_turns = true
most_tools = 64
context_tokens = 200000
"""
    settings = load_with(tmp_path, toml)
    assert settings.plain_http == ("llm.lan:8000",)
    tables = {host: forced(table) for host, table in settings.servers.items()}
    assert forced_on("api.z.ai", tables) == Forced(
        {"temperature": 0.2}, (), "max_completion_tokens", False, True, 64, 200_000
    )
    assert forced_on("api.z.ai:8443", tables) is tables["api.z.ai"]
    assert forced_on("[::1]:8080", tables) == Forced(omit=("stream_options",))
    assert forced_on("x", {}) is None


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("leave = []", "there is no “leave”"),
        ('omit = "tools"', "omit is a list of parameters"),
        ('omit = ["messages"]', "omit is a list of parameters"),
        ("send = 1", "send is a table"),
        ('send = { model = "x" }', "send is a table"),
        ('answer_parameter = "length"', "answer_parameter is max_completion_tokens or max_tokens"),
        ("system_role = 1", "system_role is true or false"),
        ("most_tools = -1", "most_tools is a whole number"),
        ("context_tokens = true", "context_tokens is a whole number"),
    ],
)
def test_a_malformed_table_of_a_server_is_refused(
    tmp_path: Path, line: str, complaint: str
) -> None:
    settings = load_with(tmp_path, f'[servers."x"]\n{line}\n')
    with pytest.raises(SettingsError, match=r"servers\.x") as caught:
        build_engine(settings)
    assert complaint in str(caught.value)


def test_a_base_url_of_the_file_is_not_given_groqs_key(tmp_path: Path) -> None:
    toml = 'base_url = "https://api.z.ai/api/paas/v4"'
    settings = load_with(tmp_path, toml, GROQ_API_KEY="gsk_1")
    assert (settings.api_key, settings.groq_key) == ("", "gsk_1")
    settings = load_with(tmp_path, toml, GROQ_API_KEY="gsk_1", BNAGPT_API_KEY="own")
    assert (settings.api_key, settings.groq_key) == ("own", "gsk_1")
    assert settings.key_source == "BNAGPT_API_KEY"
    assert "own" not in repr(settings)
    assert "gsk_1" not in repr(settings)
