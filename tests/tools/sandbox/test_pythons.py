"""Interpreters in odd places: they run, and what is around them is not shown."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bnagpt_tui.backend.tools.sandbox.pythons import INSIDE, PACKAGES, Python, pythons
from tests.tools.sandbox.conftest import AS_ROOT, CANARY, FULL, MakeSandbox, open_way, run

SYSTEM = Path("/usr/bin/python3")
VERSION = SYSTEM.resolve().name
"""As in `python3.11`."""
PROGRAM = pytest.mark.skipif(
    not Path("/usr/lib", VERSION).is_dir(), reason="the system's Python is not where it is put"
)
LOOK = f"""
import os
found = []
for directory, names, files in os.walk("/", followlinks=False):
    names[:] = [n for n in names if os.path.join(directory, n) not in ("/proc", "/usr/bin", "/dev")]
    for name in files:
        if name == "secret.txt": found.append(os.path.join(directory, name))
print(found, {CANARY[:4]!r} in str(os.environ))
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a secret in each of its directories."""
    path = tmp_path / "home"
    for name in (".", "lib", "bin", ".local", ".local/lib", ".local/share/bnagpt-tui", "apps"):
        (path / name).mkdir(parents=True, exist_ok=True)
        (path / name / "secret.txt").write_text(CANARY)
    monkeypatch.setenv("HOME", str(path))
    open_way(tmp_path)
    return path


def install(prefix: Path) -> Path:
    """Put an interpreter into a prefix; its path."""
    program = prefix / "bin" / VERSION
    program.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(SYSTEM.resolve(), program)
    (prefix / "bin" / "python").symlink_to(VERSION)
    (prefix / "lib").mkdir(exist_ok=True)
    (prefix / "lib" / VERSION).symlink_to(Path("/usr/lib", VERSION))
    return program


def first(environment: Path, *private: Path) -> Python:
    """The first interpreter that is found."""
    return next(pythons(environment, private))


def shown(python: Python) -> list[str]:
    """What an interpreter shows of the host."""
    kinds = ("--ro-bind", "--bind", "--ro-bind-try")
    return [
        path for word, path in zip(python.binds, python.binds[1:], strict=False) if word in kinds
    ]


def own(python: Python, home: Path) -> list[str]:
    """What an interpreter shows of a home."""
    return [path for path in shown(python) if Path(path).is_relative_to(home)]


@PROGRAM
@FULL
@pytest.mark.parametrize(
    "where", [".", ".local", "apps", ".pyenv/versions/3.11.7", "miniconda3", "link", "apps/link"]
)
async def test_what_is_around_an_interpreter_is_not_shown(
    make_sandbox: MakeSandbox, kind: str, home: Path, where: str
) -> None:
    prefix = home / where
    if prefix.name == "link":
        prefix.symlink_to(home)
    install(prefix)
    (prefix / "envs").mkdir(exist_ok=True)
    (prefix / "envs" / "secret.txt").write_text(CANARY)
    sandbox = make_sandbox(kind, environment=prefix)
    assert INSIDE in (await sandbox.describe())[0]
    assert (await run(sandbox, LOOK)).content == "[] False"
    assert (await run(sandbox, "import sys, sqlite3; sys.prefix")).content == f"'{INSIDE}'"


@PROGRAM
def test_only_the_parts_of_an_interpreter_are_shown(home: Path) -> None:
    program = install(home)
    library = home / "lib" / "libpython3.so.1.0"
    library.touch()
    (home / "lib" / "secret.so.d").mkdir()
    assert own(first(home), home) == [str(program), str(library)]


@PROGRAM
@pytest.mark.parametrize("target", ["home", "up", "data", "root"])
def test_a_library_that_leads_to_what_is_private_is_refused(
    home: Path, tmp_path: Path, target: str
) -> None:
    """The attack: what is called the standard library is a link to the home, or to one above it."""
    data = tmp_path / "elsewhere" / "data"
    data.mkdir(parents=True)
    install(home / "apps")
    library = home / "apps" / "lib" / VERSION
    library.unlink()
    places = {"home": home, "up": home.parent, "data": data, "root": Path("/")}
    library.symlink_to(places[target])
    python = first(home / "apps", data)
    assert not own(python, home)
    assert not any(Path(path).resolve() == places[target] for path in shown(python))


@PROGRAM
def test_data_and_settings_in_the_library_are_refused(home: Path) -> None:
    install(home / "apps")
    library = home / "apps" / "lib" / VERSION
    library.unlink()
    (library / "data").mkdir(parents=True)
    assert own(first(home / "apps"), home)
    assert not own(first(home / "apps", library / "data"), home)
    link = home / "link"
    link.symlink_to(library / "data")
    assert not own(first(home / "apps", link), home)


@pytest.mark.parametrize("prefix", ["/", "/opt", "/home"])
def test_what_is_no_interpreter_of_its_own_shows_nothing(
    prefix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program whose prefix is the root of all, or has no library beside it."""
    program = tmp_path / "bin" / "python"
    program.parent.mkdir()
    program.touch()
    for each in (Path(prefix, "bin", "sh"), program):
        monkeypatch.setattr(sys, "_base_executable", str(each))
        for python in pythons(None):
            assert prefix not in shown(python)
            assert str(tmp_path) not in str(python.binds)


@FULL
async def test_an_environment_that_is_the_home_shows_packages_only(
    make_sandbox: MakeSandbox, kind: str, home: Path
) -> None:
    packages = home / "lib" / VERSION / "site-packages"
    packages.mkdir(parents=True)
    (packages / "mine.py").write_text("ANSWER = 42")
    sandbox = make_sandbox(kind, environment=home)
    assert (await run(sandbox, "import mine; mine.ANSWER")).content == "42"
    assert (await run(sandbox, LOOK)).content == "[] False"


@pytest.mark.parametrize("levels", [0, 1])
def test_packages_that_lead_to_the_home_are_refused(home: Path, levels: int) -> None:
    packages = home / "apps" / "lib" / "python3.11" / "site-packages"
    packages.parent.mkdir(parents=True)
    packages.symlink_to([home, home.parent][levels])
    python = first(home / "apps")
    assert not python.has_packages
    assert PACKAGES not in python.binds


@pytest.fixture
def home_in_usr(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home in a directory that everybody may read, as some systems have them."""
    with tempfile.TemporaryDirectory(dir="/usr/local", prefix="bnagpt-test-") as name:
        path = Path(name)
        path.chmod(0o755)
        (path / "secret.txt").write_text(CANARY)
        monkeypatch.setenv("HOME", name)
        yield path


@AS_ROOT
@FULL
async def test_a_home_among_the_systems_files_is_covered(
    make_sandbox: MakeSandbox, kind: str, home_in_usr: Path
) -> None:
    sandbox = make_sandbox(kind)
    assert (await run(sandbox, LOOK)).content == "[] False"
    code = f"import os; os.listdir({os.fspath(home_in_usr)!r})"
    assert (await run(sandbox, code)).content == "[]"
    assert "Read-only" in (await run(sandbox, f"open('{home_in_usr}/x', 'w')")).content
