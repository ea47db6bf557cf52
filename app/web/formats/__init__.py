"""Formats of an answer: negotiation, JSON, CSV, NDJSON, ZIP, citations."""
