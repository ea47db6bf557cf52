"""The application: `create_app(settings)` puts the parts together and decides nothing else."""

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
import orjson
import structlog
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette_compress import CompressMiddleware

from app import __version__, explorer
from app.db import Database
from app.db.clock import newest_release
from app.resources import RESOURCES
from app.settings import Settings
from app.web import compression, health, openapi, problems
from app.web.addresses import Directory, addresses_of
from app.web.asking import OPERATIONS, Service
from app.web.caching import CachingMiddleware
from app.web.limiting import LimitingMiddleware
from app.web.metrics import Figures
from app.web.middleware import AccessMiddleware


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application.

    Args:
        settings: what the operator set; read from the environment if left out.

    Returns:
        An ASGI application over a database that is migrated and loaded already.
    """
    settings = settings or Settings()
    database = Database(settings.database_url, settings.database_replica_url)

    async def release() -> int:
        if database.is_sqlite:
            return newest_release(database)
        return await anyio.to_thread.run_sync(newest_release, database)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await app.state.service.gate.close()
        database.close()

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
        middleware=[
            Middleware(AccessMiddleware),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["GET", "HEAD", "OPTIONS"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "X-Request-Id", "Content-Disposition"],
            ),
            Middleware(LimitingMiddleware, settings=settings),
            Middleware(CachingMiddleware, release=release, capacity=settings.cache_megabytes << 20),
            Middleware(CompressMiddleware, minimum_size=compression.LEAST_BYTES),
        ],
    )
    app.state.service = Service(database, settings)
    for router in RESOURCES:
        app.include_router(router, prefix="/v1")
    app.include_router(health.router)
    app.include_router(openapi.router)
    problems.install(app)
    explorer.install(app)
    app.state.addresses = addresses_of(app)
    app.state.figures = Figures(app.state.addresses)
    app.router.routes.insert(0, Directory("/v1", OPERATIONS))
    openapi.install(app)
    return app


def configure_logging(level: str) -> None:
    """Log structured lines to standard error, one JSON object each."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(orjson.dumps),
        ],
        logger_factory=structlog.BytesLoggerFactory(file=sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
