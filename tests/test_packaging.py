"""What leaves this repository is whole: the lock, the wheel, the image."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling import build

import app
from app.settings import Settings

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

#: Where the files of a folder stand in the wheel.
SHIPPED = {"app": "app", "seeds": "app/_shipped/seeds", "migrations": "app/_shipped/migrations"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        name = build.build_wheel(str(folder))
    with zipfile.ZipFile(folder / name) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def files(folder: Path) -> set[str]:
    """The files of a folder, without what Python leaves behind."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).as_posix() for path in found}


@pytest.mark.parametrize("folder", SHIPPED)
def test_the_wheel_holds_every_file_the_service_reads(wheel: Path, folder: str) -> None:
    wanted = files(ROOT / folder)
    assert wanted
    assert wanted - files(wheel / SHIPPED[folder]) == set()


def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    beside = {path.name for path in wheel.iterdir()}
    assert beside == {"app", f"positions-{app.__version__}.dist-info"}


def test_the_wheel_finds_its_own_seeds_and_migrations(wheel: Path, tmp_path: Path) -> None:
    asking = "from app import settings as s; print(s.seeds_folder(), s.migrations_folder())"
    answer = subprocess.run(
        [sys.executable, "-c", asking],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        check=True,
        capture_output=True,
        text=True,
    )
    shipped = wheel / "app/_shipped"
    assert answer.stdout.split() == [str(shipped / "seeds"), str(shipped / "migrations")]


def test_the_lock_names_only_the_public_index_and_its_files() -> None:
    named = set(re.findall(r"https?://([^/\"]+)", (ROOT / "uv.lock").read_text()))
    assert named == {"pypi.org", "files.pythonhosted.org"}


def test_the_judges_lock_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "tests/judges/package-lock.json").read_text()


def test_the_image_says_the_version_of_the_code() -> None:
    assert re.findall(r"ARG VERSION=(\S+)", DOCKERFILE) == [app.__version__]


def test_the_image_runs_without_rights_and_installers() -> None:
    runtime = DOCKERFILE.rpartition("\nFROM ")[2]
    user, command = runtime.index("USER 10001:10001"), runtime.index('CMD ["positions", "serve"]')
    assert user < command
    assert re.findall(r"\b(?:apt-get|uv sync|pip install)\b", runtime) == []


@pytest.mark.parametrize("text", [DOCKERFILE, COMPOSE], ids=["Dockerfile", "compose.yaml"])
def test_every_setting_named_for_a_container_exists(text: str) -> None:
    known = {"DATABASE_URL", "DATABASE_REPLICA_URL"}
    known |= {f"POSITIONS_{name}".upper() for name in Settings.model_fields}
    named = set(re.findall(r"\b(?:DATABASE_\w*URL|POSITIONS_[A-Z_]+)\b", text))
    assert named
    assert named - known == set()


def test_the_image_gets_every_file_the_wheel_is_made_of() -> None:
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    project, wheel = PROJECT["project"], PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", "uv.lock", project["readme"], *project["license-files"]}
    needed |= {*wheel["packages"], *wheel["force-include"]}
    assert let_in == needed
