"""Routes whose answers' shapes are looked at when the API is described, not at every start."""

from typing import Any

from fastapi.routing import APIRoute


class Described(APIRoute):
    """A route that answers with bytes; the shape of its answer is for OpenAPI.

    FastAPI would make a field of the shape at once, and another one when the application, in which
    the route stands below a prefix, is described. The first was a tenth of what this service adds
    to a start.
    """

    def __init__(self, *given: Any, response_model: Any, **more: Any) -> None:
        """Keep the shape for the description."""
        super().__init__(*given, response_model=None, **more)
        self.response_model = response_model
