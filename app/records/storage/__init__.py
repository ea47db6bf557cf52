"""Records in the tables: changes with their checks, history, links and export."""
