"""Reconciliation: other people's names of actors to our ids, as OpenRefine asks for them.

The protocol is the W3C Reconciliation API 0.2 (reconciliation-api.github.io/specs/0.2): a manifest,
batches of queries, suggestions while somebody types, and values to extend a table with.
"""

from app.resources.discovery.reconciliation.routes import router

__all__ = ["router"]
