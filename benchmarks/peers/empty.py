"""An empty FastAPI application: what starting costs at the least."""

from fastapi import FastAPI

app = FastAPI()


@app.get("/")
async def nothing() -> None:
    """Answer nothing."""
