"""Records: a class for each kind, their validation, and their storage with history."""
