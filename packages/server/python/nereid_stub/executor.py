"""Runs the server's commands on a model, one after the other."""

import inspect
import json
import threading

from . import wire
from .api_boundary import api
from .channel import ModelInfo
from .failure_text import failure_text, traceback_text
from .loader import ModelError, load_model_class

# After this many seconds without a command, memory that is not needed is given back.
IDLE_S = 1


class Executor:
    """The main thread's work: from the first command to the last."""

    def __init__(self, channel, command_reader):
        self._channel = channel
        self._reader = command_reader
        self._model = None
        self._execute_function = None
        self._output_names = ()
        self._tensor_reader = None
        self._make_request = None
        self._response_class = None
        self._is_decoupled = False
        self._instance_name = ""
        self._loop = None
        self._background = set()
        self._ready_lock = threading.Lock()

    def run(self):
        """Serves commands until FINALIZE, or until the server has gone."""
        while True:
            frame = self._next_frame()
            if frame is None:
                return
            _, kind, flags, _, frame_id, text_size = wire.HEAD.unpack_from(frame)
            if kind == wire.EXECUTE:
                self._execute(frame_id, frame, flags & wire.AHEAD)
                continue
            text = bytes(frame[wire.HEAD_SIZE : wire.HEAD_SIZE + text_size])
            del frame
            if kind == wire.INITIALIZE:
                self._answer(frame_id, lambda: self._initialize(json.loads(text)))
            elif kind == wire.AUTO_COMPLETE:
                self._answer(frame_id, lambda: self._auto_complete(json.loads(text)))
            elif kind == wire.FINALIZE:
                self._finalize()
                self._result(frame_id, {})
                return
            else:
                raise ValueError("a command of kind %d" % kind)

    def _next_frame(self):
        while True:
            try:
                return self._reader.read()
            except BlockingIOError:
                self._channel.stub_arena.shrink()

    def _answer(self, frame_id, function):
        try:
            payload = function()
        except BaseException as error:
            text = _text_of(error)
            self._log("INFO", "%s%s" % (self._failure_prefix(), _with_traceback(text, error)))
            payload = {"error": {"code": 1, "message": text}}
        self._result(frame_id, payload)

    def _failure_prefix(self):
        if self._channel.phase == "auto_complete":
            return "Failed to initialize Python stub for auto-complete: "
        return "Failed to initialize Python stub: "

    def _result(self, frame_id, payload):
        self._channel.send(wire.encode_json(wire.RESULT, 0, frame_id, payload, (), None, 0))

    def _log(self, level, message):
        self._channel.notify("log", {"level": level, "message": message, "file": "", "line": 0})

    def _begin(self, phase, description):
        channel = self._channel
        channel.phase = phase
        channel.model = ModelInfo(description)
        channel.inline_bytes_max = channel.model.inline_bytes_max
        channel.stub_arena.limit(channel.model.shm_bytes_max, channel.model.shm_idle_bytes_max)
        self._output_names = tuple(channel.model.output_names)
        self._tensor_reader = wire.TensorReader(channel.server_arena, api().Tensor._from_wire)
        self._make_request = api().InferenceRequest._from_wire
        self._response_class = api().InferenceResponse
        self._is_decoupled = channel.model.is_decoupled
        self._instance_name = channel.model.instance_name

    def _auto_complete(self, payload):
        self._begin("auto_complete", payload["model"])
        config = api().ModelConfig(json.dumps(payload["config"]))
        model_class = load_model_class(self._channel.model)
        if hasattr(model_class, "auto_complete_config"):
            config = model_class.auto_complete_config(config)
        if not isinstance(config, api().ModelConfig):
            raise ModelError(
                "auto_complete_config function in model '%s' must return a valid pb.ModelConfig object."
                % self._channel.model.name
            )
        return {"config": config._model_config}

    def _initialize(self, payload):
        self._begin("initialize", payload["model"])
        model_class = load_model_class(self._channel.model)
        self._model = model_class()
        if hasattr(self._model, "initialize"):
            self._model.initialize(payload["args"])
        has_is_ready = hasattr(self._model, "is_ready")
        if has_is_ready:
            self._channel.answer_is_ready_with(self._is_ready)
        self._execute_function = getattr(self._model, "execute", None)
        self._channel.phase = "execute"
        return {"hasIsReady": has_is_ready}

    def _execute(self, frame_id, frame, is_ahead):
        channel = self._channel
        channel.stub_arena.begin(frame_id)
        requests = wire.decode_requests(
            frame, channel, self._output_names, self._tensor_reader, self._make_request
        )
        del frame
        if is_ahead and all(request.is_cancelled() for request in requests):
            channel.send(wire.encode_text(wire.EXECUTE_DONE, wire.SKIPPED, frame_id, ""))
            return
        try:
            parts = wire.encode_outcomes(
                wire.EXECUTE_DONE,
                0,
                frame_id,
                self._outcomes(requests),
                channel.stub_arena,
                channel.inline_bytes_max,
            )
        except BaseException as error:
            parts = self._failure(frame_id, requests, error)
        # Before the answer: what the model has let go of is then free for the next request.
        del requests
        channel.send(parts)

    def _failure(self, frame_id, requests, error):
        text = "Failed to process the request(s) for model '%s', message: %s" % (
            self._instance_name,
            _text_of(error),
        )
        self._log("ERROR", _with_traceback(text, error))
        for request in requests:
            request._close_sender()
        return wire.encode_text(wire.EXECUTE_DONE, wire.FAILED, frame_id, text)

    def _outcomes(self, requests):
        if self._execute_function is None:
            raise ModelError(
                "Python model %s does not implement `execute` method." % self._channel.model.file
            )
        returned = self._execute_function(requests)
        # The usual type is recognised without a call.
        if type(returned) is not list and returned is not None and inspect.iscoroutine(returned):
            # Before it runs: what it awaits counts as waiting.
            self._channel.executing_coroutine = None if self._is_decoupled else returned
            future = self._run_coroutine(returned)
            if self._is_decoupled:
                self._background.add(future)
                future.add_done_callback(self._on_background_done)
                returned = None
            else:
                returned = future.result()
        if returned is None:
            return [self._no_outcome(request) for request in requests]
        if self._is_decoupled or type(returned) is not list or len(returned) != len(requests):
            self._check_returned(requests, returned)
        response_class = self._response_class
        outcomes = []
        for request, response in zip(requests, returned):
            if response is None:
                outcomes.append(self._no_outcome(request))
                continue
            if request._release_flags == _RESCHEDULE:
                raise ModelError(
                    "Expected a None object in the execute function return list for reschduled request, found type "
                    "'%s'." % type(response)
                )
            if type(response) is not response_class and not isinstance(response, response_class):
                raise ModelError(
                    "Expected an 'InferenceResponse' object in the execute function return list, found type '%s'."
                    % type(response)
                )
            request._note_response(response, wire.FINAL)
            outcomes.append((wire.OUTCOME_RESPONSE, response))
        return outcomes

    def _check_returned(self, requests, returned):
        if self._is_decoupled:
            raise ModelError(
                "Python model '%s' is using the decoupled mode and the execute function must return None."
                % self._instance_name
            )
        if not isinstance(returned, list):
            raise ModelError(
                "Expected a list in the execute return, found type '%s'." % type(returned)
            )
        if len(returned) != len(requests):
            raise ModelError(
                "Number of InferenceResponse objects do not match the number of InferenceRequest objects. "
                "InferenceRequest(s) size is:%d, and InferenceResponse(s) size is:%d\n"
                % (len(requests), len(returned))
            )

    def _no_outcome(self, request):
        if request._release_flags == _RESCHEDULE:
            request._keep_sender_silent()
            return (wire.OUTCOME_RESCHEDULED, None)
        # From now on it is the sender's to answer, or to say that nobody is left who could.
        request.get_response_sender()
        return (wire.OUTCOME_NONE, None)

    def _run_coroutine(self, coroutine):
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            thread = threading.Thread(
                target=self._loop.run_forever, name="nereid-asyncio", daemon=True
            )
            thread.start()
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _on_background_done(self, future):
        self._background.discard(future)
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self._log("ERROR", traceback_text(error))

    def _is_ready(self, frame_id):
        """Answers one IS_READY, on a thread of its own."""
        try:
            with self._ready_lock:
                result = self._model.is_ready()
                if inspect.iscoroutine(result):
                    result = self._run_coroutine(result).result()
            if not isinstance(result, bool):
                raise ModelError("is_ready() must return a boolean value")
            payload = {"isReady": result}
        except BaseException as error:
            payload = {"error": {"code": 1, "message": _text_of(error)}}
        self._result(frame_id, payload)

    def _finalize(self):
        self._channel.phase = "finalize"
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
        if self._model is not None and hasattr(self._model, "finalize"):
            try:
                self._model.finalize()
            except BaseException as error:
                self._log("INFO", _with_traceback(_text_of(error), error))
        self._model = None
        self._execute_function = None


_RESCHEDULE = 2


def _text_of(error):
    if isinstance(error, ModelError):
        return str(error)
    return failure_text(error)


def _with_traceback(text, error):
    if isinstance(error, ModelError):
        return text
    return "%s\n%s" % (text.rstrip("\n"), traceback_text(error))
