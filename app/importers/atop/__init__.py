"""Importer of ATOP: alliances, their members and what these promised."""
