"""Figures: how exactly computed numbers are given."""

DIGITS = 6


def rounded(figure: float | None) -> float | None:
    """Round a figure to six places, which any platform gives alike."""
    return None if figure is None else round(figure, DIGITS) + 0.0
