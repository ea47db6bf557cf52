"""One migration history for both databases: it makes what the tables say, once, whoever asks."""

import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from app.db import Database
from app.db.migrate import config, head, is_migrated, migrate
from app.errors import Refused
from tests.conftest import Make, served


@pytest.fixture
def empty_url(
    make_database: Make, backend: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a database without a table in it."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('empty')}/empty.db"
        return
    with make_database("migrated") as url:
        database = Database(url)
        with database.write() as connection:
            connection.execute(sa.text("DROP SCHEMA public CASCADE"))
            connection.execute(sa.text("CREATE SCHEMA public"))
        database.close()
        yield url


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.write() as connection:
        options = config()
        options.attributes["connection"] = connection
        command.check(options)


def test_migrating_twice_does_nothing_the_second_time(empty_url: str) -> None:
    database = Database(empty_url)
    assert [migrate(database), migrate(database)] == [True, False]
    database.close()


def test_every_migration_can_be_taken_back(database: Database) -> None:
    with database.write() as connection:
        options = config()
        options.attributes["connection"] = connection
        command.downgrade(options, "base")
        left = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        assert not left
        command.upgrade(options, "head")
        assert is_migrated(connection)


def test_instances_that_start_together_migrate_once(empty_url: str) -> None:
    done: list[bool | Exception] = []

    def start() -> None:
        database = Database(empty_url)
        try:
            done.append(migrate(database))
        except Exception as fault:
            done.append(fault)
        finally:
            database.close()

    instances = [threading.Thread(target=start) for _ in range(6)]
    for instance in instances:
        instance.start()
    for instance in instances:
        instance.join(60)
    assert sorted(map(str, done)) == ["False"] * 5 + ["True"]


def test_a_database_of_a_newer_version_is_refused_in_one_line(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Refused, match="newer version"):
        migrate(database)


def test_a_database_whose_history_is_not_guarded_is_refused(database: Database) -> None:
    dropped = {
        "sqlite": ("topics_history_no_replace", "DROP TRIGGER topics_history_no_replace"),
        "postgresql": (
            "topics_history_append_only",
            "ALTER TABLE topics_history DISABLE TRIGGER topics_history_append_only",
        ),
    }
    with database.write() as connection:
        name, statement = dropped[connection.dialect.name]
        connection.execute(sa.text(statement))
    with pytest.raises(Refused, match=f"no trigger {name};.*guard"):
        migrate(database)


def test_a_table_that_no_migration_makes_is_named(database: Database) -> None:
    with database.write() as connection:
        connection.execute(sa.text("DROP TABLE keys"))
    with pytest.raises(Refused, match="no migration makes keys of app/db/tables.py"):
        migrate(database)


def test_a_service_over_an_older_schema_says_it_is_not_ready(
    database: Database, database_url: str
) -> None:
    with served(database_url) as client:
        assert client.get("/readyz").status_code == 200
        with database.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_the_history_is_one_line_and_its_files_are_named_by_it(database: Database) -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [head()]
