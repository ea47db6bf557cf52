"""Loads of files over records: merged with what others changed since the last load."""
