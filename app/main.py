"""The application: `create_app(settings)` puts the parts together and decides nothing else."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.types import ASGIApp

from app import __version__, explorer
from app.db import Database
from app.db.releases import newest_release
from app.resources import RESOURCES
from app.settings import Settings
from app.web import problems
from app.web.endpoints import health
from app.web.endpoints.operation import OPERATIONS
from app.web.endpoints.operation_router import OperationPaths, OperationRouter
from app.web.http.access_log import RequestLogMiddleware, answer_fault
from app.web.http.compression import with_compression
from app.web.http.cors import with_cors
from app.web.http.metrics import RequestMetrics
from app.web.http.rate_limiting import with_rate_limit
from app.web.http.response_cache import ResponseCacheMiddleware
from app.web.http.routes import posted_reads, served_routes
from app.web.openapi import document as openapi
from app.web.requests.batched_lookup import BatchedLookup
from app.web.requests.service import Service


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application.

    Args:
        settings: what the operator set; read from the environment if left out.

    Returns:
        An ASGI application over a database that is migrated and loaded already.
    """
    settings = settings or Settings()
    database = Database(settings.database_url, settings.database_replica_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await app.state.service.open()
        yield
        await app.state.service.close()

    app = FastAPI(
        title="Regional security positions",
        version=__version__,
        summary="Who stands where on a question of regional security, since when, says who.",
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        servers=[{"url": "/", "description": "This deployment."}],
        contact={"name": "The positions project contributors"},
        license_info={"name": "MIT", "url": "https://opensource.org/license/mit"},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        # Its spans and counters cost each request more than a cached answer; ours are /metrics.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.service = Service(database, settings)
    # What is asked first comes first: FastAPI makes the routes of each router that it passes.
    routers = [(health.router, ""), (openapi.router, ""), *((one, "/v1") for one in RESOURCES)]
    for router, prefix in routers:
        app.include_router(router, prefix=prefix)
    problems.install(app)
    explorer.install(app)
    app.state.routes = served_routes([*routers, (explorer.router, ""), (app.router, "")])
    app.state.metrics = RequestMetrics(app.state.routes)
    openapi.install(app)
    app.middleware_stack = build_middleware(app, database, settings)
    return app


def build_middleware(app: FastAPI, database: Database, settings: Settings) -> ASGIApp:
    """Wrap an application in what every request passes; most come no further than the cache."""
    paths = OperationPaths("/v1", OPERATIONS)
    operations = OperationRouter(app.build_middleware_stack(), paths)
    read: Callable[[], int] = partial(newest_release, database)
    release = read if database.is_sqlite else BatchedLookup(partial(database.run_on_loop, read))
    packed = with_compression(operations)
    cached = ResponseCacheMiddleware(packed, release, settings, paths.formats_of)
    posted = [f"/v1{path}" for router in RESOURCES for path in posted_reads(router)]
    answered = with_cors(with_rate_limit(cached, settings), settings.cors_origins, posted)
    failed = with_cors(answer_fault, settings.cors_origins, posted)
    return RequestLogMiddleware(answered, failed, app.state.metrics)
