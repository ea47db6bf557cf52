"""The program `positions`, also as `python -m app`."""

import gc


def main() -> None:
    """Load the command line and run it.

    Nothing that loading makes is garbage, and to look for some took a sixth of a start.
    """
    gc.disable()
    from app.cli import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
