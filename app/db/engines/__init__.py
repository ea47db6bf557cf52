"""Engines: how SQLite and PostgreSQL are reached, read past SQLAlchemy, and kept to deadlines."""
