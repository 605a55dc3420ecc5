"""The trace that a request belongs to."""

from __future__ import annotations

from .identity import shown_to_models


@shown_to_models
class InferenceTrace:
    """Passed on from a request to those that a model makes for it, so that theirs become its children."""

    __slots__ = ("_context", "_handle")

    def __init__(self) -> None:
        self._context = ""
        self._handle = None

    @classmethod
    def _of_request(cls, context: str, handle: int) -> InferenceTrace:
        trace = cls()
        trace._context = context
        trace._handle = handle
        return trace

    def get_context(self) -> str | None:
        """The OpenTelemetry context as JSON text; None where the server traces in no such mode."""
        return self._context or None
