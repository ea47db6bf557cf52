"""The formats of an answer: which is wanted, JSON, CSV, NDJSON, ZIP, citations."""
