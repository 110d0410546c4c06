"""Structured logs: one JSON object a line in production, readable columns on a terminal."""

import logging
import sys
from typing import Any, TextIO

import structlog

Logger = structlog.stdlib.BoundLogger


def configure(*, log_format: str, level: str, instance: str, stream: TextIO | None = None) -> None:
    """Set up logging for the process, once. Third-party loggers go the same way at warning."""
    out = stream if stream is not None else sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    last: list[Any]
    if log_format == "json":
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # Without the values of variables, which rich would show where it is installed: passwords are among them,
        # and drawing them takes seconds in which nothing else is answered.
        plain = structlog.dev.plain_traceback
        last = [
            structlog.dev.ConsoleRenderer(
                colors=out.isatty(), pad_event_to=24, exception_formatter=plain
            )
        ]
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(instance=instance)
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)


def get(name: str) -> Logger:
    """A logger whose lines carry `component=name`."""
    logger: Logger = structlog.get_logger(component=name)
    return logger


def bind(**values: str) -> None:
    """Bind request, person, chat, message … to every line of the current task."""
    structlog.contextvars.bind_contextvars(**values)
