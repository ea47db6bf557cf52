"""Health: whether the process is alive and ready, and its metrics, for an operator's machines."""

from fastapi import APIRouter, Request, Response

from app.db.migrate import is_migrated
from app.errors import Unavailable
from app.web.formats.responses import json_response
from app.web.http.metrics import DatabaseMetrics
from app.web.requests.service import Service

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def get_health() -> Response:
    """Say that the process answers; asks nothing of the database."""
    return json_response(b'{"status":"alive"}')


@router.get("/readyz")
def get_readiness(request: Request) -> Response:
    """Say whether the database is reachable, migrated, whole and still the one at its path."""
    service: Service = request.app.state.service
    service.renew_hold()
    service.database.refuse_unfit()
    with service.database.read() as connection:
        if not is_migrated(connection):
            raise Unavailable("the database is not at this version's schema; run positions migrate")
    return json_response(b'{"status":"ready"}')


@router.get("/metrics")
def get_metrics(request: Request) -> Response:
    """Give the process's metrics to Prometheus."""
    database = DatabaseMetrics(request.app.state.service.database)
    text, form = request.app.state.metrics.text(database)
    return Response(text, media_type=form)
