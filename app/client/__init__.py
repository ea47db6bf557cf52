"""The Python client: the service's answers as plain dicts, over httpx.

    from app.client import Positions

    with Positions("http://127.0.0.1:8000") as positions:
        for opinion in positions.list("opinions", country="KAZ", stance="support,strong_support"):
            print(opinion["holder"]["name"], "–", opinion["question"]["name"])

It knows nothing of the service but its contract, and imports nothing of it.
"""

from app.client.positions import Positions
from app.client.problems import ClientError, Problem, Unreachable
from app.client.types import Answer, Ref, Row

__all__ = ["Answer", "ClientError", "Positions", "Problem", "Ref", "Row", "Unreachable"]
