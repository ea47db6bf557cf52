"""Importers: what others publish, read into records and stored in one release."""
