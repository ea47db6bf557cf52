"""HTTP: everything that endpoints share and no resource has to know."""
