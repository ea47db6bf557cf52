"""Garbage collection at the start: off while modules load, and seldom afterwards."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: After so many new objects the newest are looked through. A part of an export is some thousand,
#: and counting references finds its end without looking; Python's 700 took a tenth of an export.
OBJECTS = 10_000


@contextmanager
def collector_paused() -> Iterator[None]:
    """Pause the garbage collector while a block imports what lives as long as the process.

    None of it is garbage, and to look for some took a sixth of a start; nor is it looked through
    later, which cost requests 100 ms now and then.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(OBJECTS)
        gc.enable()
