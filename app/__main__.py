"""The program `positions`, also as `python -m app`."""

from app.startup import collector_paused


def main() -> None:
    """Load the command line and run it."""
    with collector_paused():
        from app.cli.main import main as run
    run()


if __name__ == "__main__":
    main()
