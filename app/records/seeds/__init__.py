"""Seed folders: YAML files that become records."""

from app.records.seeds.load import load_seeds, put_folders, read_folders

__all__ = ["load_seeds", "put_folders", "read_folders"]
