"""The command line as it may be written."""

from __future__ import annotations

import pytest

from bnagpt_tui.cli.parser import build_parser


def parsed(*arguments: str) -> dict[str, object]:
    return vars(build_parser().parse_args(arguments))


def test_without_a_command_the_application_opens_and_nothing_is_set() -> None:
    assert parsed() == {"command": None}


def test_what_the_application_takes() -> None:
    given = parsed("--open", "Capitals", "--model", "m", "--local", "--lite", "--theme", "t")
    assert given == {
        "command": None,
        "open": "Capitals",
        "model": "m",
        "local": True,
        "lite": "on",
        "theme": "t",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("--model", "m", "--data-dir", "d", "ask", "q"),
        ("ask", "--model", "m", "--data-dir", "d", "q"),
        ("ask", "q", "--data-dir", "d", "--model", "m"),
    ],
)
def test_a_shared_option_may_stand_before_the_command_or_behind_it(
    arguments: tuple[str, ...],
) -> None:
    given = parsed(*arguments)
    assert (given["command"], given["question"]) == ("ask", ["q"])
    assert (given["model"], given["data_dir"]) == ("m", "d")


def test_the_nearer_of_two_values_counts() -> None:
    assert parsed("--model", "far", "ask", "--model", "near", "q")["model"] == "near"


def test_a_question_may_look_like_an_option_behind_two_dashes() -> None:
    assert parsed("ask", "--json", "--", "--help", "me")["question"] == ["--help", "me"]


@pytest.mark.parametrize("days", ["-1", "soon", "1.5", "99999999"])
def test_days_are_a_whole_number(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed("trash", "empty", "--older-than", days)
    assert ended.value.code == 2
    assert "days" in capsys.readouterr().err.lower()
    assert parsed("trash", "empty", "--older-than", "30")["older_than"] == 30
