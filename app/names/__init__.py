"""Names: what a caller writes, resolved to a record by one rule at every door.

A country is understood by its code, a code it once had, any of its names, the usual abbreviations
of public tables and its name in other languages (`countries.py`); other actors by their names
(`matching.py`). What means two records is never taken for one of them: the day decides, or both
are named.
"""
