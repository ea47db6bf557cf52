"""Charts: their geometry, which templates draw.

Each is laid out twice, for a wide page and for a phone, which shows all of it without scrolling.
"""
