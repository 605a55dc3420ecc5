"""Logger: lines in the server's log."""

from __future__ import annotations

import sys

from . import transport
from .errors import TritonModelException
from .identity import NamedNumber, shown_to_models, signature_error


@shown_to_models
class LogLevel(NamedNumber):
    """How much a line matters."""

    INFO = 0
    WARNING = 1
    ERROR = 2
    VERBOSE = 3


def _write(message: object, level: LogLevel) -> None:
    if not isinstance(message, (str, bytes, bytearray)):
        raise signature_error("log", "message: str, level = Logger.INFO", message)
    if not isinstance(level, LogLevel):
        raise signature_error("log", "message: str, level = Logger.INFO", level)
    text = message if isinstance(message, str) else message.decode("utf-8", "replace")
    caller = sys._getframe(2)
    try:
        channel = transport.channel()
    except TritonModelException:
        print(f"{level.name[0]} {text}", file=sys.stderr)
        return
    channel.notify(
        "log",
        {
            "level": level.name,
            "message": text,
            "file": caller.f_code.co_filename,
            "line": caller.f_lineno,
        },
    )


@shown_to_models
class Logger:
    """Lines go through the server's log settings. There are no objects of this class."""

    LogLevel = LogLevel
    INFO = LogLevel.INFO
    WARNING = LogLevel.WARNING
    ERROR = LogLevel.ERROR
    VERBOSE = LogLevel.VERBOSE

    def __init__(self) -> None:
        raise TypeError("Logger: No constructor defined!")

    @staticmethod
    def log(message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Writes a line at a level."""
        _write(message, level)

    @staticmethod
    def log_info(message: str) -> None:
        """Writes a line at level INFO."""
        _write(message, LogLevel.INFO)

    @staticmethod
    def log_warn(message: str) -> None:
        """Writes a line at level WARNING."""
        _write(message, LogLevel.WARNING)

    @staticmethod
    def log_error(message: str) -> None:
        """Writes a line at level ERROR."""
        _write(message, LogLevel.ERROR)

    @staticmethod
    def log_verbose(message: str) -> None:
        """Writes a line that only a server with verbose logs shows."""
        _write(message, LogLevel.VERBOSE)


LogLevel.__qualname__ = "Logger.LogLevel"
