"""Settings: environment variables, each with its meaning and default, read once and frozen."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PACKAGE = Path(__file__).parent


class Settings(BaseSettings):
    """The settings of an operator. `docs/settings.md` lists the same, and a test compares them."""

    model_config = SettingsConfigDict(
        env_prefix="POSITIONS_", frozen=True, extra="ignore", populate_by_name=True
    )

    database_url: Annotated[
        str,
        Field(
            validation_alias=AliasChoices("database_url", "DATABASE_URL"),
            description="Where the data is: `sqlite:///FILE` or `postgresql://…`.",
        ),
    ] = "sqlite:///positions.db"
    database_replica_url: Annotated[
        str | None,
        Field(
            validation_alias=AliasChoices("database_replica_url", "DATABASE_REPLICA_URL"),
            description="A PostgreSQL replica that reads go to.",
        ),
    ] = None
    host: Annotated[str, Field(description="The address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535, description="The port to listen on.")] = 8000
    workers: Annotated[int, Field(ge=1, le=64, description="How many processes serve.")] = 1
    cors_origins: Annotated[
        tuple[str, ...],
        NoDecode,
        Field(description="Origins that may read from a browser, by commas; `*` is any."),
    ] = ("*",)
    public_url: Annotated[
        str, Field(description="The address the service is known by, for links and examples.")
    ] = "http://127.0.0.1:8000"
    home_dataset: Annotated[
        str | None,
        Field(
            description="The id of the dataset that the pages begin with; left out, or without "
            "opinions, the first that was loaded with any."
        ),
    ] = None
    forwarded_allow_ips: Annotated[
        str, Field(description="Proxies whose X-Forwarded headers are believed, by commas.")
    ] = "127.0.0.1"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(description="What is logged.")
    ] = "info"
    cache_megabytes: Annotated[
        int, Field(ge=0, le=4096, description="Bound of the cache of answers, a process.")
    ] = 32
    max_body_megabytes: Annotated[
        int, Field(ge=1, le=4096, description="The longest body a change may have.")
    ] = 8
    max_import_megabytes: Annotated[
        int, Field(ge=1, le=4096, description="The longest body an import may have.")
    ] = 512
    rate_limit_reads: Annotated[
        str, Field(description="Reads for each key or address, a process, such as `600/minute`.")
    ] = ""
    rate_limit_changes: Annotated[
        str, Field(description="Changes for each key or address, a process, such as `60/minute`.")
    ] = ""
    costly_at_once: Annotated[
        int, Field(ge=1, le=64, description="Costly requests under way at once, a process.")
    ] = 4

    @field_validator("rate_limit_reads", "rate_limit_changes")
    @classmethod
    def _is_a_rate(cls, given: str) -> str:
        if given:
            import limits

            limits.parse(given)
        return given

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _by_commas(cls, given: object) -> object:
        return tuple(given.replace(" ", "").split(",")) if isinstance(given, str) else given


def variable_of(setting: str) -> str:
    """Return the environment variable of a setting."""
    name = setting.upper()
    return name if name.startswith("DATABASE_") else f"POSITIONS_{name}"


def seeds_folder() -> Path:
    """The seeds that travel with the package, or the checkout's."""
    return _shipped("seeds")


def migrations_folder() -> Path:
    """The migrations that travel with the package, or the checkout's."""
    return _shipped("migrations")


def _shipped(name: str) -> Path:
    packed = PACKAGE / "_shipped" / name
    return packed if packed.is_dir() else PACKAGE.parent / name
