"""Maintenance: backup and restore, and which processes are at work on a database."""
