"""Name matching: the actors that a text may mean, and what each word of it tells."""
