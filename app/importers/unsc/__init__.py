"""Importers of votes in the UN Security Council."""
