"""Middleware: access log, rate limits, response cache and compression, for every request."""
