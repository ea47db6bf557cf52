"""The index of a release: which rows have a value, and in which order they come.

Every version of every record has a row id, a whole number that only grows (`app.db.tables`). The
index holds, for each value of each column that can be asked, the set of the row ids that have it
(`value_sets`), as Roaring bitmaps (Chambi, Lemire, Kaser and Godin 2016, "Better bitmap
performance with Roaring bitmaps", https://doi.org/10.1002/spe.2325). Filters are intersections of
such sets, totals and facets their sizes, a page the first of a set in an order (`ordering`).
SQL is asked for the rows of a page, and never for which rows those are.

`columns` says which columns there are, `release_index` brings an index forward to a release and
shows it as of one, `storage` keeps one in the database, so that a process loads it at once.
"""
