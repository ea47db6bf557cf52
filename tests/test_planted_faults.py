"""The faults that `scripts/plant-faults` plants are still to be planted where it says."""

import re
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def _load() -> Any:
    loader = SourceFileLoader("plant_faults", str(ROOT / "scripts/plant-faults"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = sys.modules[loader.name] = module_from_spec(spec)  # where dataclasses look it up
    loader.exec_module(module)
    return module


FAULTS = _load().FAULTS


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.name))
def test_a_fault_has_its_one_place_and_tests_that_should_see_it(fault: Any) -> None:
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    assert text.count(fault.right) == 1, f"{fault.file} no longer has once: {fault.right!r}"
    for test in fault.tests:
        file, _, name = test.partition("::")
        functions = re.findall(
            r"^def (\w+)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
        )
        assert name in functions, f"{file} has no test {name}"
