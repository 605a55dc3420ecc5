"""ResponseIterator: the answers of a decoupled model that another model asked."""

from __future__ import annotations

import threading

from .errors import TritonError, error_code
from .identity import shown_to_models
from .response import InferenceResponse


def response_from_reply(answer: dict, tensors: list) -> InferenceResponse:
    """The response that a reply of the server tells of."""
    error = answer.get("error")
    if error is not None:
        return InferenceResponse._received(
            [], TritonError(error["message"], error_code(error["code"])), None
        )
    return InferenceResponse._received(tensors, None, answer.get("parameters"))


@shown_to_models
class ResponseIterator:
    """Gives each response as it comes; once all have come, they can be iterated again from the first."""

    __slots__ = ("_index", "_is_finished", "_lock", "_responses", "_stream")

    def __init__(self, stream) -> None:
        self._stream = stream
        self._responses = []
        self._index = 0
        self._is_finished = False
        self._lock = threading.Lock()

    def __iter__(self) -> ResponseIterator:
        # A loop that was left early goes on where it stopped; one that ended begins again.
        if self._is_finished and self._index >= len(self._responses):
            self._index = 0
        return self

    def __next__(self) -> InferenceResponse:
        with self._lock:
            if self._index < len(self._responses):
                response = self._responses[self._index]
                self._index += 1
                return response
            if self._is_finished:
                raise StopIteration("Iteration is done for the responses.")
            try:
                answer, tensors = next(self._stream)
            except StopIteration:
                self._is_finished = True
                raise StopIteration("Iteration is done for the responses.") from None
            response = response_from_reply(answer, tensors)
            self._responses.append(response)
            self._index += 1
            return response

    def cancel(self) -> None:
        """Asks the other model to stop; whether it does is up to it. Nothing once all responses have come."""
        if not self._is_finished:
            self._stream.cancel()
