"""Regional security positions: who stands where, since when, says who, with the evidence."""

__version__ = "1.0.0"
