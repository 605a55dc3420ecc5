"""This process's side of the two sockets: calls into the server, from any thread."""

import collections
import itertools
import os
import queue
import threading

from . import wire
from .api_boundary import api

_current = None


def current():
    """The channel of this process; None outside of a stub."""
    return _current


class ServerError(Exception):
    """What the server answered to a call that failed."""

    def __init__(self, code, message, is_circle=False):
        super().__init__(message)
        self.code = code
        self.message = message
        # Whether an inference was refused because it could never be answered while execute waits for it.
        self.is_circle = is_circle


class ModelInfo:
    """What the server says of the model; see `M` in PROTOCOL.md."""

    def __init__(self, description):
        self.name = description["name"]
        self.version = description["version"]
        self.file = description["file"]
        self.model_directory = description["modelDirectory"]
        self.version_directory = description["versionDirectory"]
        self.library_directory = description["libraryDirectory"]
        self.is_decoupled = description["isDecoupled"]
        self.output_names = description["outputNames"]
        self.instance_name = description["instanceName"]
        self.inline_bytes_max = description["inlineBytesMax"]
        self.shm_bytes_max = description["shmBytesMax"]
        self.shm_idle_bytes_max = description["shmIdleBytesMax"]


class CallStream:
    """The answers to one call, as they come: pairs of a payload and tensors."""

    def __init__(self, channel, call_id, answers):
        self.id = call_id
        self._channel = channel
        self._answers = answers
        self._is_done = False

    def __iter__(self):
        return self

    def __next__(self):
        if self._is_done:
            raise StopIteration
        payload, tensors, is_last = self._answers.get()
        self._is_done = is_last
        return payload, tensors

    def cancel(self):
        """Tells the server that nobody waits any more. The last answer still comes."""
        self._channel.notify("infer_cancel", {"call": self.id})


class Channel:
    """Writes frames to the command socket and reads answers from the reply socket."""

    def __init__(self, command_socket, reply_socket, server_arena, stub_arena):
        self.model = None
        self.phase = "start"
        # Of an async execute that is being waited for.
        self.executing_coroutine = None
        self.inline_bytes_max = 0
        self.stub_arena = stub_arena
        self.server_arena = server_arena
        self._command_socket = command_socket
        self._reply_socket = reply_socket
        self._send_lock = threading.Lock()
        # Frames of destructors that found the lock taken.
        self._later = collections.deque()
        self._start_lock = threading.Lock()
        self._reader = None
        self._calls = {}
        self._ids = itertools.count(1)
        self._on_is_ready = None
        self._main_thread = threading.get_ident()

    def install(self):
        """Makes this the process's channel."""
        global _current
        _current = self

    def call(self, method, payload, tensors=()):
        """Asks the server and waits: (payload, tensors). Raises ServerError."""
        stream = self.stream(method, payload, tensors)
        payload, tensors = next(stream)
        error = payload.get("error")
        if error is not None:
            is_circle = payload.get("isCircle", False)
            raise ServerError(error["code"], error["message"], is_circle)
        return payload, tensors

    def stream(self, method, payload, tensors=()):
        """Asks the server for any number of answers."""
        self.start_reader()
        call_id = next(self._ids) & 0xFFFFFFFF
        answers = queue.SimpleQueue()
        self._calls[call_id] = answers
        try:
            self.send(
                wire.encode_json(
                    wire.CALL,
                    0,
                    call_id,
                    dict(payload, method=method, isBlocking=self._is_waited_for(payload)),
                    tensors,
                    self.stub_arena,
                    self.inline_bytes_max,
                )
            )
        except BaseException:
            self._calls.pop(call_id, None)
            raise
        return CallStream(self, call_id, answers)

    def notify(self, method, payload):
        """Tells the server something that has no answer."""
        self.send(
            wire.encode_json(wire.NOTIFY, 0, 0, dict(payload, method=method), (), None, 0)
        )

    def send_response(self, handle, flags, response):
        """Answers a request: an InferenceResponse or None, with flag 1 for the last time."""
        has_response = response is not None
        outcome = wire.OUTCOME_RESPONSE if has_response else wire.OUTCOME_NONE
        self.send(
            wire.encode_outcomes(
                wire.RESPONSE,
                (flags & wire.FINAL) | (wire.HAS_RESPONSE if has_response else 0),
                handle,
                [(outcome, response)],
                self.stub_arena,
                self.inline_bytes_max,
            )
        )

    def wait_for_room(self, handle, cancel_offset):
        """Waits while the server keeps so much for a request's client that it should not get more."""
        while self.server_arena.must_wait(cancel_offset):
            self.call("room", {"handle": handle})

    def is_cancelled(self, cancel_offset):
        """Whether a request's client has gone."""
        return self.server_arena.is_cancelled(cancel_offset)

    def send(self, parts):
        """Writes a frame."""
        data = b"".join(parts)
        with self._send_lock:
            self._command_socket.sendall(data)
        if self._later:
            self._send_later()

    def notify_soon(self, method, payload):
        """`notify` for destructors, which may run in the midst of anything, `send` included."""
        self._send_soon(
            wire.encode_json(wire.NOTIFY, 0, 0, dict(payload, method=method), (), None, 0)
        )

    def end_soon(self, handle, response):
        """The last answer to a request, from a destructor: a response without outputs, or None."""
        has_response = response is not None
        outcome = wire.OUTCOME_RESPONSE if has_response else wire.OUTCOME_NONE
        flags = wire.FINAL | (wire.HAS_RESPONSE if has_response else 0)
        self._send_soon(
            wire.encode_outcomes(wire.RESPONSE, flags, handle, [(outcome, response)], None, 0)
        )

    def _send_soon(self, parts):
        # Whoever has the lock looks for more when it has let go of it, so nothing stays behind.
        self._later.append(b"".join(parts))
        self._send_later()

    def _send_later(self):
        while self._later and self._send_lock.acquire(blocking=False):
            try:
                while self._later:
                    self._command_socket.sendall(self._later.popleft())
            finally:
                self._send_lock.release()

    def answer_is_ready_with(self, function):
        """Sets what is called, on a thread of its own, with the id of each IS_READY."""
        self._on_is_ready = function
        self.start_reader()

    def _is_waited_for(self, payload):
        """Whether `execute` itself is waiting, and nothing else goes on in it: the server finds deadlocks by that."""
        is_main_thread = threading.get_ident() == self._main_thread
        return self.phase == "execute" and (is_main_thread or payload.get("isBlocking", False))

    def start_reader(self):
        """Starts the thread that reads the reply socket, once."""
        if self._reader is not None:
            return
        with self._start_lock:
            if self._reader is None:
                reader = threading.Thread(target=self._read, name="nereid-replies", daemon=True)
                reader.start()
                self._reader = reader

    def _read(self):
        reader = wire.FrameReader(self._reply_socket)
        tensor_reader = wire.TensorReader(self.server_arena, api().Tensor._from_wire)
        while True:
            frame = reader.read()
            if frame is None:
                # The server has gone, and nobody will answer: whoever waits must not wait for ever.
                os._exit(1)
            _, kind, flags, _, frame_id, _ = wire.HEAD.unpack_from(frame)
            if kind == wire.IS_READY:
                threading.Thread(target=self._on_is_ready, args=(frame_id,), daemon=True).start()
                continue
            payload, tensors = wire.decode_json(frame, tensor_reader)
            is_last = flags & wire.FINAL != 0
            answers = self._calls.pop(frame_id, None) if is_last else self._calls.get(frame_id)
            if answers is not None:
                answers.put((payload, tensors, is_last))
