"""Loading without looking for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Import and put together in this block what a process then keeps to its end.

    None of it is garbage, and to look for some took a sixth of a start; nor is it looked through
    later, which cost requests 100 ms now and then.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
