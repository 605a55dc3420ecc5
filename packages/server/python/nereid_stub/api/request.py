"""InferenceRequest: what a model is asked, and what it asks of other models."""

from __future__ import annotations

import asyncio

from . import transport
from .awaiting import AwaitedCall, is_awaited_by
from .conversions import elements_from, flag_from, integer_from, text_from
from .errors import TritonError, TritonModelException, error_code
from .identity import NamedNumber, shown_to_models, signature_error
from .parameters import checked_parameters, parameters_text
from .preferred_memory import PreferredMemory
from .response import InferenceResponse, checked_tensors
from .response_iterator import ResponseIterator, response_from_reply
from .response_sender import InferenceResponseSender
from .trace import InferenceTrace

RELEASE_ALL = 1
RELEASE_RESCHEDULE = 2

_SIGNATURE = (
    "request_id: str = '', correlation_id: int or str = 0, inputs: list of Tensor, requested_output_names: list of str, "
    "model_name: str, model_version: int = -1, flags: int = 0, timeout: int = 0, preferred_memory: PreferredMemory, "
    "trace: InferenceTrace, parameters: dict = None"
)
_REQUIRED = object()
# None is refused where the real API refuses it, though leaving the argument out is fine.
_LEFT_OUT = object()


def _checked_text(given: object) -> str:
    text = text_from(given)
    if text is None:
        raise signature_error("InferenceRequest", _SIGNATURE, given)
    return text


def _checked_number(given: object, least: int, greatest: int) -> int:
    number = integer_from(given, least, greatest)
    if number is None:
        raise signature_error("InferenceRequest", _SIGNATURE, given)
    return number


def _checked_object(given: object, kind: type):
    if given is _LEFT_OUT:
        return None
    if not isinstance(given, kind):
        raise signature_error("InferenceRequest", _SIGNATURE, given)
    return given


def _checked_correlation_id(given: object):
    if isinstance(given, str):
        return str.__str__(given)
    if given is None:
        raise signature_error("InferenceRequest", _SIGNATURE, given)
    if not isinstance(given, int) or isinstance(given, NamedNumber):
        raise TritonModelException("Correlation ID must be integer or string")
    if not 0 <= given < 1 << 64:
        raise RuntimeError(f"Correlation ID must be an integer from 0 to 2^64 - 1, got {given}")
    return int(given)


def _checked_output_names(given: object, request_id: str, model_name: str) -> list:
    elements = elements_from(given)
    if elements is None:
        raise signature_error("InferenceRequest", _SIGNATURE, given)
    names = [_checked_text(name) for name in elements]
    if "" in names:
        raise TritonModelException(
            f"Requested output name for request with id '{request_id}' and model name '{model_name}' "
            "should not be empty."
        )
    return names


@shown_to_models
class InferenceRequest:
    """A request to a model: one that came from the server, or one that a model makes."""

    __slots__ = (
        "_cancel_offset",
        "_channel",
        "_correlation_id",
        "_flags",
        "_handle",
        "_inputs",
        "_model_name",
        "_model_version",
        "_output_names",
        "_parameters",
        "_preferred_memory",
        "_release_flags",
        "_request_id",
        "_sender",
        "_timeout",
        "_trace",
        "_trace_context",
        "__weakref__",
    )

    def __init__(
        self,
        request_id="",
        correlation_id=0,
        inputs=_REQUIRED,
        requested_output_names=_REQUIRED,
        model_name=_REQUIRED,
        model_version=-1,
        flags=0,
        timeout=0,
        preferred_memory=_LEFT_OUT,
        trace=_LEFT_OUT,
        parameters=None,
    ) -> None:
        if inputs is _REQUIRED or requested_output_names is _REQUIRED or model_name is _REQUIRED:
            raise TypeError(
                f"InferenceRequest: inputs, requested_output_names and model_name are required: {_SIGNATURE}"
            )
        self._request_id = _checked_text(request_id)
        self._model_name = _checked_text(model_name)
        self._model_version = _checked_number(model_version, -(1 << 63), (1 << 63) - 1)
        self._flags = _checked_number(flags, 0, (1 << 32) - 1)
        self._timeout = _checked_number(timeout, 0, (1 << 64) - 1)
        self._parameters = checked_parameters(parameters)
        self._correlation_id = _checked_correlation_id(correlation_id)
        self._inputs = checked_tensors(
            inputs,
            "InferenceRequest",
            _SIGNATURE,
            f"Input tensor for request with id '{self._request_id}' and model name '{self._model_name}' "
            "should not be empty.",
        )
        self._output_names = _checked_output_names(
            requested_output_names, self._request_id, self._model_name
        )
        self._preferred_memory = _checked_object(preferred_memory, PreferredMemory)
        self._trace = _checked_object(trace, InferenceTrace)
        self._trace_context = ""
        self._release_flags = RELEASE_ALL
        self._channel = None
        self._handle = None
        self._cancel_offset = 0
        self._sender = None

    @classmethod
    def _from_wire(
        cls,
        channel,
        handle,
        cancel_offset,
        request_id,
        correlation_id,
        flags,
        timeout_us,
        parameters,
        trace,
        requested_output_names,
        inputs,
    ) -> InferenceRequest:
        """A request that the server sends. Nothing is checked nor converted before a model asks."""
        request = cls.__new__(cls)
        request._channel = channel
        request._handle = handle
        request._cancel_offset = cancel_offset
        request._request_id = request_id
        request._correlation_id = correlation_id
        request._flags = flags
        request._timeout = timeout_us
        request._parameters = parameters
        request._trace_context = trace
        request._trace = None
        request._output_names = requested_output_names
        request._inputs = inputs
        request._model_name = ""
        request._model_version = -1
        request._preferred_memory = None
        request._release_flags = RELEASE_ALL
        request._sender = None
        return request

    def inputs(self) -> list:
        """The input tensors."""
        return list(self._inputs)

    def request_id(self) -> str:
        """The client's name for the request; empty if it gave none."""
        return self._request_id

    def correlation_id(self):
        """The sequence that the request belongs to: a number or a string; 0 for none."""
        return self._correlation_id

    def flags(self) -> int:
        """1 for the start of a sequence, 2 for its end."""
        return self._flags

    def set_flags(self, flags: int) -> None:
        """Sets the flags of a request that a model makes."""
        self._flags = _checked_number(flags, 0, (1 << 32) - 1)

    def timeout(self) -> int:
        """How long the request may wait in a queue, in microseconds; 0 for the model's own limit."""
        return self._timeout

    def parameters(self) -> str:
        """The parameters as JSON text."""
        return parameters_text(self._parameters)

    def trace(self) -> InferenceTrace:
        """The trace that the request belongs to, to be given to requests that are made for it."""
        trace = self._trace
        if trace is None:
            trace = self._trace = InferenceTrace._of_request(self._trace_context, self._handle)
        return trace

    def requested_output_names(self) -> set:
        """The outputs that the client wants; all of them if it named none."""
        return set(self._output_names)

    def is_cancelled(self) -> bool:
        """Whether the client has given up on the request."""
        channel = self._channel
        return channel is not None and channel.is_cancelled(self._cancel_offset)

    def set_release_flags(self, flags: int) -> None:
        """What becomes of the request after execute: TRITONSERVER_REQUEST_RELEASE_RESCHEDULE runs it again."""
        self._release_flags = _checked_number(flags, 0, (1 << 32) - 1)

    def get_response_sender(self) -> InferenceResponseSender:
        """The sender of this request's answers: the same one each time. It outlives the request."""
        sender = self._sender
        if sender is None:
            sender = self._sender = InferenceResponseSender(
                self._channel, self._handle, self._cancel_offset
            )
        return sender

    def exec(self, decoupled: bool = False):
        """Runs the request and waits: an InferenceResponse, or with `decoupled` a ResponseIterator.

        What goes wrong is the response's error. Raises TritonModelException outside execute.
        """
        return self._exec(decoupled, None)

    def _exec(self, decoupled: bool, awaited: AwaitedCall | None):
        is_decoupled = flag_from(decoupled)
        if is_decoupled is None:
            raise signature_error("exec", "decoupled: bool = False", decoupled)
        channel = transport.channel()
        if channel.phase != "execute":
            raise TritonModelException("BLS is only supported during the 'execute' function.")
        call = self._call(is_decoupled)
        if awaited is not None:
            call["isBlocking"] = True
        if is_decoupled:
            return ResponseIterator(channel.stream("infer", call, self._inputs))
        try:
            try:
                answer, outputs = channel.call("infer", call, self._inputs)
            except Exception as error:
                is_circle = getattr(error, "is_circle", False)
                if awaited is None or not is_circle or not awaited.is_left_behind():
                    raise
                call["isBlocking"] = False
                answer, outputs = channel.call("infer", call, self._inputs)
        except Exception as error:
            code = getattr(error, "code", None)
            return InferenceResponse._received([], TritonError(str(error), error_code(code)), None)
        return response_from_reply(answer, outputs)

    def async_exec(self, decoupled: bool = False):
        """As exec, to be awaited by an async execute. Raises RuntimeError where no event loop runs."""
        loop = asyncio.get_running_loop()
        coroutine = getattr(transport.channel(), "executing_coroutine", None)
        awaited = AwaitedCall(coroutine) if is_awaited_by(coroutine) else None
        future = loop.run_in_executor(None, self._exec, decoupled, awaited)
        if awaited is not None:
            awaited.future = future
        return future

    def _call(self, decoupled: bool) -> dict:
        trace, memory = self._trace, self._preferred_memory
        return {
            "model": self._model_name,
            "version": self._model_version,
            "requestId": self._request_id,
            "correlationId": self._correlation_id,
            "flags": self._flags,
            "timeoutUs": self._timeout,
            "isDecoupled": decoupled,
            "parameters": self._parameters,
            "requestedOutputs": self._output_names,
            "trace": None if trace is None else trace.get_context(),
            "preferredMemory": None if memory is None else memory._to_wire(),
            "caller": None if trace is None else trace._handle,
        }

    def _note_response(self, response: InferenceResponse, flags: int) -> None:
        """Counts a response that execute returns. Raises TritonModelException if a sender has answered already."""
        if self._sender is not None:
            self._sender._note(response, flags)

    def _close_sender(self) -> None:
        """Ends this request's sender: the server has answered it in another way."""
        self.get_response_sender()._close()

    def _keep_sender_silent(self) -> None:
        """The request comes again with a sender of its own: the end of this one means nothing."""
        if self._sender is not None:
            self._sender._keep_silent()
