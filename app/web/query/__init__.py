"""Query of a list: filters, ordering, pages, totals and facets."""
