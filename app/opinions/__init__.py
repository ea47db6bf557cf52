"""Opinions as answers need them: their filters, positions and standings."""
