"""Faults of production, made on purpose: the service runs in processes of its own."""
