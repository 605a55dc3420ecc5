"""InferenceResponseSender: answers when they are ready, from any thread, as many as the model's policy allows."""

from __future__ import annotations

import threading

from .errors import TritonError, TritonModelException
from .identity import shown_to_models, signature_error
from .response import InferenceResponse

FINAL = 1
_UNANSWERED = (
    "model instance '%s' returned no response for the request and has let go of its response sender"
)
_SIGNATURE = "response: InferenceResponse = None, flags: int = 0"


@shown_to_models
class InferenceResponseSender:
    """Sends the answers of one request.

    Invariants: nothing is sent after FINAL; a model that is not decoupled sends one response, and FINAL with it or
    after it. What breaks them is refused before anything is sent. A sender that goes before FINAL ends the request,
    because nobody else could.
    """

    __slots__ = (
        "_cancel_offset",
        "_channel",
        "_handle",
        "_is_closed",
        "_is_silent",
        "_lock",
        "_sent_count",
    )

    def __init__(self, channel, handle, cancel_offset) -> None:
        self._channel = channel
        self._handle = handle
        self._cancel_offset = cancel_offset
        self._lock = threading.Lock()
        self._is_closed = False
        self._is_silent = False
        self._sent_count = 0

    def send(self, response: InferenceResponse | None = None, flags: int = 0) -> None:
        """Sends a response, the end (flags TRITONSERVER_RESPONSE_COMPLETE_FINAL), or both at once.

        Waits while the client has far more to read than it reads. Raises TritonModelException for what the model's
        transaction policy or the answers so far do not allow.
        """
        if response is not None and not isinstance(response, InferenceResponse):
            raise signature_error("send", _SIGNATURE, response)
        if not isinstance(flags, int) or flags < 0:
            raise signature_error("send", _SIGNATURE, flags)
        if flags not in (0, FINAL):
            raise TritonModelException("Unable to send response. Unsupported flag provided.")
        if flags == 0 and response is None:
            raise TritonModelException(
                "Inference Response object must be provided when the response flags is set to zero."
            )
        if response is not None and self._channel is not None:
            self._channel.wait_for_room(self._handle, self._cancel_offset)
        # Two threads that send must not overtake each other between the check and the wire.
        with self._lock:
            self._account(response, flags)
            self._channel.send_response(self._handle, flags, response)

    def is_cancelled(self) -> bool:
        """Whether the client has given up on the request."""
        channel = self._channel
        return channel is not None and channel.is_cancelled(self._cancel_offset)

    def _account(self, response: InferenceResponse | None, flags: int) -> None:
        if self._channel is None:
            raise TritonModelException(
                "Unable to send response. Response sender has no reference to the decoupled state of the model."
            )
        if not self._channel.model.is_decoupled:
            if response is not None and self._sent_count > 0:
                raise TritonModelException(
                    "Unable to send response. Non-decoupled model cannot send more than one response."
                )
            if response is None and self._sent_count == 0:
                raise TritonModelException(
                    "Unable to send response. Non-decoupled model cannot send complete final before sending "
                    "a response."
                )
        if self._is_closed:
            raise TritonModelException("Unable to send response. Response sender has been closed.")
        if flags == FINAL:
            self._is_closed = True
        self._sent_count += 1

    def _note(self, response: InferenceResponse, flags: int) -> None:
        """Counts a response that leaves by another way: execute returns it. Raises as send does."""
        with self._lock:
            self._account(response, flags)

    def _close(self) -> None:
        """Ends it because the server has answered: what a model sends from now on is refused."""
        with self._lock:
            self._is_closed = True

    def _keep_silent(self) -> None:
        self._is_silent = True

    def __del__(self) -> None:
        channel = self._channel
        if channel is None or self._is_closed or self._is_silent:
            return
        response = None
        if self._sent_count == 0 and not channel.model.is_decoupled:
            response = InferenceResponse(
                error=TritonError(_UNANSWERED % channel.model.instance_name)
            )
        try:
            channel.end_soon(self._handle, response)
        except OSError:
            # The server has gone: nobody waits for the answer.
            pass
