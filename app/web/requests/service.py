"""Service: the database, settings and caches that all requests of a process share."""

from contextlib import suppress
from dataclasses import dataclass, field

import anyio.to_thread

from app.db import Database
from app.db.maintenance.hold import Hold
from app.db.statement_cache import StatementCache
from app.errors import Refused
from app.index.release_index import ReleaseIndex
from app.settings import Settings
from app.web.requests.auth import Authenticator
from app.web.requests.executor import Executor
from app.web.requests.release_cache import ReleaseCache


@dataclass
class Service:
    """The parts that all requests of a process share.

    Attributes:
        database: the database.
        settings: the settings of the operator.
        index: the index, as of any release.
        statements: the cache of compiled statements.
        release_cache: values that were made of the newest release.
        executor: runs the work of requests.
        authenticator: checks keys.
        hold: the hold on the database, shared while the process serves.
    """

    database: Database
    settings: Settings
    index: ReleaseIndex = field(default_factory=ReleaseIndex)
    statements: StatementCache = field(default_factory=StatementCache)
    release_cache: ReleaseCache = field(default_factory=lambda: ReleaseCache(-1))
    executor: Executor = field(init=False)
    authenticator: Authenticator = field(init=False)
    hold: Hold = field(init=False)

    def __post_init__(self) -> None:
        """Make the parts that work on the database."""
        self.executor = Executor(self.database, self.settings.costly_at_once)
        self.authenticator = Authenticator(self.database)
        self.hold = Hold(self.database)

    def release_cache_of(self, release: int, known: int | None) -> ReleaseCache:
        """The cache for readers of a release; only the newest release's is shared."""
        if self.release_cache.release < release:
            self.release_cache = ReleaseCache(release)
        cache = self.release_cache
        if cache.release != release:
            return ReleaseCache(release, known)
        return cache if known is None else cache.earlier(known)

    async def open(self) -> None:
        """Share the hold on the database; where that is away, once it is back."""
        if self.database.is_sqlite:
            self.hold.share()
        else:
            await anyio.to_thread.run_sync(self.renew_hold)

    def renew_hold(self) -> None:
        """Share the hold anew where it was lost, if the database can be reached."""
        with suppress(Refused):
            self.hold.renew()

    async def close(self) -> None:
        """Write the events that wait, and give back the connections."""
        await self.authenticator.close()
        await self.database.close_on_loop()
        self.hold.release()
