"""Records: one shape each, checked once, loaded once, whichever door they come in by."""
