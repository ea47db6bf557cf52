"""How a list is found: filters, order, pages, totals and facets."""
