"""The two kinds of errors: a value that a response carries, and the exception that the API raises."""

from __future__ import annotations

from .identity import NamedNumber, shown_to_models, signature_error


class _ErrorCode(NamedNumber):
    """Why a request failed. Front ends map each to a status of their own."""

    UNKNOWN = 0
    INTERNAL = 1
    NOT_FOUND = 2
    INVALID_ARG = 3
    UNAVAILABLE = 4
    UNSUPPORTED = 5
    ALREADY_EXISTS = 6
    CANCELLED = 7


_ErrorCode.__name__ = "__ErrorCode"
_ErrorCode.__qualname__ = "TritonError.__ErrorCode"
shown_to_models(_ErrorCode)


@shown_to_models
class TritonError:
    """What went wrong with one request: a message for the client and a code. It is no exception."""

    __slots__ = ("_code", "_message")

    UNKNOWN = _ErrorCode.UNKNOWN
    INTERNAL = _ErrorCode.INTERNAL
    NOT_FOUND = _ErrorCode.NOT_FOUND
    INVALID_ARG = _ErrorCode.INVALID_ARG
    UNAVAILABLE = _ErrorCode.UNAVAILABLE
    UNSUPPORTED = _ErrorCode.UNSUPPORTED
    ALREADY_EXISTS = _ErrorCode.ALREADY_EXISTS
    CANCELLED = _ErrorCode.CANCELLED

    def __init__(self, message: str, code: _ErrorCode = _ErrorCode.INTERNAL) -> None:
        if not isinstance(message, (str, bytes, bytearray)):
            raise signature_error(
                "TritonError", "message: str, code = TritonError.INTERNAL", message
            )
        if not isinstance(code, _ErrorCode):
            raise signature_error("TritonError", "message: str, code = TritonError.INTERNAL", code)
        self._message = message if isinstance(message, str) else message.decode("utf-8", "replace")
        self._code = code

    def code(self) -> _ErrorCode:
        """The reason as one of the class's constants."""
        return self._code

    def message(self) -> str:
        """The text for the client."""
        return self._message


@shown_to_models
class TritonModelException(Exception):
    """Raised by this API, and by models that have nothing more specific to say."""


def error_code(number: int) -> _ErrorCode:
    """The constant for a code from the server; what is not known is INTERNAL."""
    try:
        return _ErrorCode(number)
    except ValueError:
        return _ErrorCode.INTERNAL
