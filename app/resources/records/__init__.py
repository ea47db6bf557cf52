"""Resources that are stored: one file for each kind of record."""
