"""Logs: one JSON object a line on standard error, whoever says it, this service or its server.

`logging` of the standard library, and a form for its lines. A library for that would bring a
printer for terminals, whose colours took a twentieth of a start.
"""

import json
import logging.config
import sys
import traceback
from datetime import UTC, datetime

#: What this service logs with; `extra={"fields": …}` gives a line more fields.
log = logging.getLogger("positions")


class JsonLines(logging.Handler):
    """Writes a line: its fields, what it says, how grave that is and when, and a fault's trace."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; whatever it holds, and if nobody reads it, whoever logs it goes on."""
        try:
            when = datetime.fromtimestamp(record.created, UTC)
            line = {
                **getattr(record, "fields", {}),
                "event": record.getMessage().strip(),
                "level": record.levelname.lower(),
                "timestamp": f"{when:%Y-%m-%dT%H:%M:%S.%fZ}",
            }
            if record.exc_info:
                line["exception"] = "".join(traceback.format_exception(record.exc_info[1])).strip()
            # Not orjson, which refuses what is no Unicode: a fault may quote just that.
            sys.stderr.write(f"{json.dumps(line, default=str)}\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


def configure_logging(level: str) -> None:
    """Log what this service says from this level on, and warnings of the libraries under it."""
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"lines": {"()": JsonLines}},
            "root": {"handlers": ["lines"], "level": "WARNING"},
            "loggers": {log.name: {"level": level.upper()}},
        }
    )
