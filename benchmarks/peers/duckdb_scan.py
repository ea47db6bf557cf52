"""DuckDB over the same columns in the process: what a scan without any index costs.

    python benchmarks/peers/duckdb_scan.py FILE < questions.json

The columns of `opinions`, and what questions are about, are copied from the SQLite file into
memory. Each question, the parameters of a list, is then a page of 20 and an exact total, on one
thread; for each, milliseconds of CPU and the total are printed.
"""

import json
import subprocess
import sys
import tempfile
import time
from typing import Any

TIMES = 3
COLUMNS = (
    *("id", "dataset", "recorded_at", "sort_name", "holder", "holder_kind", "holder_country"),
    *("speaker", "on_behalf_of", "question", "stance", "attribution", "document"),
    *("stated_earliest", "stated_latest", "counts_earliest", "counts_latest"),
)
ABOUT = """
    WITH RECURSIVE above(topic, ancestor) AS (
        SELECT id, id FROM topics
        UNION SELECT above.topic, topics.parent FROM above JOIN topics ON topics.id = ancestor
        WHERE topics.parent IS NOT NULL
    )
    SELECT field, ancestor AS target, links.id AS question
    FROM links JOIN questions USING (id, revision) JOIN above ON topic = target
    WHERE links.kind = 'question' AND field = 'topics'
    UNION SELECT field, target, links.id FROM links JOIN questions USING (id, revision)
    WHERE links.kind = 'question' AND field = 'subjects'
"""
EQUAL = {
    name: name
    for name in (
        *("id", "holder", "speaker", "on_behalf_of", "question", "document", "holder_kind"),
        *("attribution", "stance", "dataset"),
    )
} | {"country": "holder_country"}
DATES = {
    "stated_from": "(stated_latest >= ? AND stated_earliest <> '')",
    "stated_to": "(stated_earliest <= ? AND stated_earliest <> '')",
    "as_of": "(counts_earliest <= ? AND counts_earliest <> '')",
}
ABOUT_FIELDS = {"topic": "topics", "subject": "subjects"}
SORTS = {"id": "id", "name": "sort_name", "recorded_at": "recorded_at", "stated": "stated_earliest"}
ASKABLE = {*EQUAL, *DATES, *ABOUT_FIELDS, "sort"}


def condition(name: str, value: str) -> tuple[str, list[str]]:
    """Return the condition of a filter, and its values."""
    values = value.split(",")
    if name in DATES:
        return DATES[name], values
    places = ",".join("?" * len(values))
    if name in ABOUT_FIELDS:
        about = f"SELECT question FROM about WHERE field = '{ABOUT_FIELDS[name]}'"
        return f"question IN ({about} AND target IN ({places}))", values
    return f"{EQUAL[name]} IN ({places})", values


def statements(question: dict[str, str]) -> tuple[str, str, list[str]]:
    """Return the page, the total, and the values of both."""
    conditions, values = ["true"], []
    for name, value in question.items():
        if name != "sort":
            text, given = condition(name, value)
            conditions.append(text)
            values += given
    sort = question.get("sort", "id")
    order, way = SORTS[sort.lstrip("-")], "DESC" if sort.startswith("-") else "ASC"
    rows = f"FROM opinions WHERE {' AND '.join(conditions)}"
    page = f"SELECT * {rows} ORDER BY {order} {way}, id {way} LIMIT 20"
    return page, f"SELECT count(*) {rows}", values


def load(file: str) -> Any:
    """Copy the columns into memory."""
    import duckdb  # which only the environment of the peers has; what can be asked is read without

    connection = duckdb.connect(config={"threads": 1})
    queries = {"opinions": f"SELECT {', '.join(COLUMNS)} FROM opinions", "about": ABOUT}
    with tempfile.TemporaryDirectory() as folder:
        for name, query in queries.items():
            command = ["sqlite3", "-readonly", "-csv", "-header", file, query]
            with open(f"{folder}/{name}.csv", "wb") as out:
                subprocess.run(command, stdout=out, check=True)
            read = f"read_csv('{folder}/{name}.csv', all_varchar=true)"
            connection.execute(f"CREATE TABLE {name} AS FROM {read}")
    return connection


def answer(connection: Any, question: dict[str, str]) -> tuple[float, int]:
    """Return the milliseconds of CPU, the median of several times, and the total."""
    page, total, values = statements(question)
    times = []
    for _ in range(TIMES):
        began = time.process_time()
        connection.execute(page, values).fetchall()
        [(number,)] = connection.execute(total, values).fetchall()
        times.append(time.process_time() - began)
    return sorted(times)[TIMES // 2] * 1000, number


def main(file: str) -> None:
    """Answer every question of the standard input."""
    connection = load(file)
    print(json.dumps([answer(connection, question) for question in json.load(sys.stdin)]))


if __name__ == "__main__":
    main(sys.argv[1])
