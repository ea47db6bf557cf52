"""Measures: formulas over numbers alone, each with its source."""
