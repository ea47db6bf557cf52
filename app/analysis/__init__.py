"""Analyses: what follows from the data, computed from rows, each with its formula and source."""
