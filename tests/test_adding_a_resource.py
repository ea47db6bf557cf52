"""A new kind of record takes the steps that the README says, and one command.

A made-up kind, sanctions, is added to a copy of the project: to the files that the README names,
and to no other. The contract tests of the copy then ask its addresses, on both databases.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.db.migrate import head

ROOT = Path(__file__).parents[1]
SECTION = (ROOT / "README.md").read_text().split("## Add a resource")[1].split("\n## ")[0]
#: Each step's number and the files it names.
STEPS = [
    (int(number), re.findall(r"`((?:app|seeds)/[^`]+\.(?:py|yaml))`", text))
    for number, text in re.findall(r"^(\d)\. (.*(?:\n   .*)*)", SECTION, re.MULTILINE)
]
COMMAND = re.findall(r"`uv run (scripts/[^`]+)`", SECTION)
COPIED = ("app", "migrations", "scripts", "seeds", "tests", "pyproject.toml", "README.md")

RECORD = '''"""Sanctions: measures of one actor against another."""

from typing import Annotated, ClassVar

from pydantic import Field

from app.dates import VagueDate
from app.records.base import Record
from app.records.references import ActorRef
from app.vocabulary import Line, Slug


class Sanction(Record):
    """A measure of one actor against another."""

    cites: ClassVar[bool] = True

    id: Slug
    title: Annotated[Line, Field(description="What it is, in our words.")]
    target: Annotated[ActorRef, Field(description="Against whom.")]
    imposed: Annotated[VagueDate | None, Field(description="Since when; null if not known.")] = None

    @property
    def label(self) -> str:
        """The title."""
        return self.title
'''
TABLE = """sanctions = _versioned(
    "sanctions",
    _key("target", nullable=False),
    *_dates("imposed"),
    indexes=(("target", "id"), ("imposed_earliest", "id")),
)
"""
RESOURCE = '''"""Resource of sanctions."""

from fastapi import APIRouter

from app.db.tables import sanctions
from app.web.endpoints.records import register
from app.web.parameters import identifier
from app.web.query.filters import equal

router = APIRouter()

COLLECTION = register(
    router,
    "sanction",
    tag="Agreements and events",
    about="Measures of one actor against another.",
    absence="A null date means that nothing dates it.",
    filters=(equal(identifier("target", "Against these.", "KAZ"), sanctions.c.target, "actor"),),
    sorts={"imposed": sanctions.c.imposed_earliest},
)
'''
SEED = """- id: embargo
  title: A made-up embargo
  target: KAZ
  imposed: 2001
  evidence: [{document: kazakhstan-nato-analysis, paragraph: 1, start: 124, end: 181}]
- id: flight-ban
  title: A made-up ban on flights
  target: nato
  evidence: [{document: kazakhstan-nato-analysis, paragraph: 1, start: 124, end: 181}]
"""


#: What each file gets: all of its text, or lines after each of these lines.
EDITS: dict[str, str | dict[str, str]] = {
    "app/records/sanctions.py": RECORD,
    "app/records/kinds.py": {
        "from app.records.base import Record\n": "from app.records.sanctions import Sanction\n",
        "    for kind in (\n": '        Kind("sanction", Sanction, example="embargo"),\n',
    },
    "app/db/tables.py": {
        'datasets = _versioned("datasets")\n': TABLE,
        "KIND_TABLES: dict[str, Table] = {\n": '    "sanction": sanctions,\n',
    },
    "app/resources/records/sanctions.py": RESOURCE,
    "app/resources/__init__.py": {
        "from app.resources.records import (\n": "    sanctions,\n",
        "RESOURCES: tuple[APIRouter, ...] = (\n": "    sanctions.router,\n",
    },
    "seeds/<dataset>/sanctions.yaml": SEED,
}


def copy(folder: Path, *, without: str = "") -> Path:
    """Copy the project and take the steps, in all files but one."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    for path, edit in EDITS.items():
        file = folder / path.replace("<dataset>", "kazakhstan-nato")
        if path == without:
            continue
        if isinstance(edit, str):
            file.write_text(edit)
            continue
        text = file.read_text()
        for line, inserted in edit.items():
            assert text.count(line) == 1, f"{path} has not one line {line!r}"
            text = text.replace(line, line + inserted)
        file.write_text(text)
    return folder


def run(folder: Path, *command: str, **environment: str) -> tuple[int, str]:
    """Run Python in a copy; its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the kind in it, and the command run."""
    folder = copy(tmp_path_factory.mktemp("sanctions"))
    code, told = run(folder, *COMMAND[0].split())
    assert code == 0, told
    return folder


def test_the_steps_are_those_of_the_readme() -> None:
    assert [number for number, _ in STEPS] == [1, 2, 3, 4]
    assert {file for _, files in STEPS for file in files} == EDITS.keys()
    assert len(COMMAND) == 1


def test_one_command_writes_all_else(made: Path) -> None:
    found = (file for name in COPIED for file in (made / name).rglob("*") if file.is_file())
    files = {file.relative_to(made) for file in found if file.suffix != ".pyc"}
    changed = {
        str(file)
        for file in files
        if not (ROOT / file).exists() or (made / file).read_bytes() != (ROOT / file).read_bytes()
    }
    told = {path.replace("<dataset>", "kazakhstan-nato") for path in EDITS}
    migration = f"migrations/versions/{int(head()) + 1:04}_sanctions.py"
    assert changed == told | {migration, "app/web/openapi/examples.json"}


def test_the_contract_holds_of_it_on_both_databases(
    made: Path, request: pytest.FixtureRequest
) -> None:
    chosen = "sanction or test_migrations or rewritten or past_its_guards"
    files = ("contract", "bad_input", "examples", "migrations")
    code, told = run(
        made,
        *("-m", "pytest", "-v", "-n0", "-p", "no:cacheprovider", "-k", chosen),
        *(f"tests/test_{name}.py" for name in files),
        *("tests/curation/test_history.py", "tests/curation/test_writing.py"),
        POSITIONS_TEST_DATABASE_URL=request.getfixturevalue("_server"),
    )
    assert code == 0, told
    for backend in ("sqlite", "postgresql"):
        passed = re.findall(rf"\[{backend}.*/v1/sanctions.* PASSED", told)
        assert len(passed) > 50, told


@pytest.mark.parametrize(
    ("forgotten", "said"),
    [
        ("app/records/kinds.py", "app/records/kinds.py: KINDS has no row"),
        ("app/db/tables.py", "app/db/tables.py says nothing that the migrations do not make"),
        ("app/resources/__init__.py", "app/resources/__init__.py: RESOURCES has no resource"),
        ("seeds/<dataset>/sanctions.yaml", "which a kind states in app/records/kinds.py"),
    ],
)
def test_what_is_forgotten_is_told_with_its_file(forgotten: str, said: str, tmp_path: Path) -> None:
    code, told = run(copy(tmp_path, without=forgotten), *COMMAND[0].split())
    assert code != 0
    assert said in told.splitlines()[-1]


def test_a_table_without_its_migration_is_told_at_a_start(tmp_path: Path) -> None:
    code, told = run(copy(tmp_path), "-m", "app", "migrate")
    assert code != 0
    assert "sanctions_history of app/db/tables.py: scripts/new-migration writes one" in told
