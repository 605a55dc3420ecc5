"""Frames: what travels on the sockets between the server and this process. See PROTOCOL.md."""

import json
import struct

import numpy as np

AUTO_COMPLETE = 1
INITIALIZE = 2
EXECUTE = 3
FINALIZE = 4
IS_READY = 5
RESULT = 16
EXECUTE_DONE = 17
RESPONSE = 18
CALL = 19
NOTIFY = 20
REPLY = 32

AHEAD = 1
FAILED = 1
SKIPPED = 2
FINAL = 1
HAS_RESPONSE = 2

OUTCOME_NONE = 0
OUTCOME_RESPONSE = 1
OUTCOME_RESCHEDULED = 2

NO_ERROR = 255
ALL_OUTPUTS = 65535
STORAGE_INLINE = 0
STORAGE_ARENA = 1

HEAD = struct.Struct("<IBBHII")
HEAD_SIZE = HEAD.size
DESCRIPTOR = struct.Struct("<HBBIQQ")
REQUEST = struct.Struct("<IIIBxHQQIIIIH6x")
REQUEST_SIZE = REQUEST.size
OUTCOME = struct.Struct("<BBHIII")
U16 = struct.Struct("<H")
U32 = struct.Struct("<I")

# struct.Struct of `n` dimensions, by n.
DIMENSIONS = [struct.Struct("<%dq" % rank) for rank in range(256)]

# Layouts of frames that are remembered of each kind; beyond it they are forgotten, and read anew.
KNOWN_COUNT_MAX = 256

_ndarray = np.ndarray
EMPTY = np.empty(0, np.uint8)
PADDING = [bytes(count) for count in range(16)]


class FrameReader:
    """Cuts frames out of a stream socket. Each frame is a bytearray of its own, which tensors may view."""

    def __init__(self, sock, capacity=1 << 18):
        self._sock = sock
        self._buffer = bytearray(capacity)
        self._view = memoryview(self._buffer)
        self._start = 0
        self._end = 0

    def read(self):
        """The next frame, or None at the end of the stream. Raises BlockingIOError if the socket has a time limit."""
        buffer = self._buffer
        while True:
            start = self._start
            available = self._end - start
            if available >= HEAD_SIZE:
                (size,) = U32.unpack_from(buffer, start)
                if available >= size:
                    self._start = start + size
                    if available == size:
                        self._start = self._end = 0
                    return buffer[start : start + size]
                if size > len(buffer):
                    return self._read_large(size)
            if start > 0:
                self._view[:available] = buffer[start : self._end]
                self._start = 0
                self._end = available
            count = self._sock.recv_into(buffer if available == 0 else self._view[available:])
            if count == 0:
                return None
            self._end = available + count

    def _read_large(self, size):
        frame = bytearray(size)
        available = self._end - self._start
        frame[:available] = self._view[self._start : self._end]
        self._start = self._end = 0
        rest = memoryview(frame)
        while available < size:
            try:
                count = self._sock.recv_into(rest[available:])
            except BlockingIOError:
                continue
            if count == 0:
                return None
            available += count
        rest.release()
        return frame


class TensorReader:
    """Makes tensors of descriptors and the contents that they name.

    The descriptors of one model's requests mostly repeat: what a run of them says is kept by its bytes, which end by
    themselves, so that a match of as many bytes as the last run had is a match of the whole run.
    """

    def __init__(self, arena, make):
        self._arena = arena
        self._make = make
        self._known = {}
        self._size = 0

    def read(self, frame, position, count):
        """The `count` tensors whose descriptors begin at a position, and the position after these."""
        end = position + self._size
        run = self._known.get((count, bytes(frame[position:end])))
        if run is None:
            run, end = self._parse(frame, position, count)
        make = self._make
        view = memoryview(frame)
        tensors = []
        for name, datatype, shape, storage, byte_size, data_at in run:
            if storage == STORAGE_INLINE:
                data = view[data_at : data_at + byte_size]
            elif byte_size == 0:
                data = EMPTY
            else:
                data = self._arena.view(data_at, byte_size)
            tensors.append(make(name, datatype, shape, data))
        return tensors, end

    def _parse(self, frame, begin, count):
        run = []
        position = begin
        for _ in range(count):
            name_size, datatype, rank, storage, byte_size, data_at = DESCRIPTOR.unpack_from(
                frame, position
            )
            position += DESCRIPTOR.size
            shape = DIMENSIONS[rank].unpack_from(frame, position)
            position += 8 * rank
            name = frame[position : position + name_size].decode()
            position = (position + name_size + 7) & -8
            run.append((name, datatype, shape, storage, byte_size, data_at))
        if len(self._known) >= KNOWN_COUNT_MAX:
            self._known.clear()
        self._size = position - begin
        self._known[count, bytes(frame[begin:position])] = run
        return run, position


def decode_json(frame, tensor_reader):
    """The JSON and the tensors of a frame that has them."""
    _, _, _, count, _, text_size = HEAD.unpack_from(frame)
    payload = json.loads(frame[HEAD_SIZE : HEAD_SIZE + text_size]) if text_size > 0 else {}
    if count == 0:
        return payload, []
    tensors, _ = tensor_reader.read(frame, (HEAD_SIZE + text_size + 7) & -8, count)
    return payload, tensors


# What follows the fixed part of a descriptor, and the size of the name in it, by name and shape.
_tails = {}


def _tail(name, shape):
    encoded = name.encode()
    if len(encoded) > 65535 or len(shape) > 255:
        raise ValueError("a tensor's name has 65535 bytes at most, its shape 255 dimensions")
    tail = DIMENSIONS[len(shape)].pack(*shape) + encoded + PADDING[-len(encoded) & 7]
    if len(_tails) >= KNOWN_COUNT_MAX:
        _tails.clear()
    _tails[name, shape] = found = (len(encoded), tail)
    return found


class FrameParts:
    """A frame in the making: the pieces of its body in order, and the contents that follow its descriptors.

    What it puts into the arena is taken back by whoever gives the frame up.
    """

    __slots__ = ("_arena", "_inline", "_inline_max", "end", "parts", "stored")

    def __init__(self, arena, inline_max):
        self._arena = arena
        self._inline_max = inline_max
        self._inline = []
        self.stored = []
        # The first is the head.
        self.parts = [b""]
        self.end = HEAD_SIZE

    def add_tensors(self, tensors):
        """Appends descriptors, and puts large contents into the arena."""
        parts = self.parts
        for tensor in tensors:
            name, datatype, shape, data = tensor._to_wire()
            if type(shape) is not tuple:
                shape = tuple(shape)
            name_size, tail = _tails.get((name, shape)) or _tail(name, shape)
            byte_size = data.nbytes if type(data) is _ndarray else memoryview(data).nbytes
            self.end += 24 + len(tail)
            rank = len(shape)
            if byte_size > self._inline_max:
                position = self._arena.store(data, byte_size)
                self.stored.append(position)
                parts.append(
                    DESCRIPTOR.pack(name_size, datatype, rank, STORAGE_ARENA, byte_size, position)
                )
            else:
                self._inline.append((len(parts), name_size, datatype, rank, byte_size, data))
                parts.append(b"")
            parts.append(tail)

    def finish(self, kind, flags, count, id, text_size=0):
        """The parts of the whole frame."""
        parts = self.parts
        end = self.end
        for index, name_size, datatype, rank, byte_size, data in self._inline:
            position = (end + 15) & -16
            parts[index] = DESCRIPTOR.pack(
                name_size, datatype, rank, STORAGE_INLINE, byte_size, position
            )
            if byte_size > 0:
                parts.append(PADDING[position - end])
                parts.append(data)
                end = position + byte_size
        parts[0] = HEAD.pack(end, kind, flags, count, id, text_size)
        return parts

    def give_up(self):
        """Takes back what is in the arena."""
        for position in self.stored:
            self._arena.take_back(position)


def encode_json(kind, flags, id, payload, tensors, arena, inline_max):
    """The parts of a frame with JSON and tensors."""
    text = json.dumps(payload).encode()
    frame = FrameParts(arena, inline_max)
    frame.parts.append(text)
    frame.parts.append(PADDING[-len(text) & 7])
    frame.end = (HEAD_SIZE + len(text) + 7) & -8
    try:
        frame.add_tensors(tensors)
    except BaseException:
        frame.give_up()
        raise
    return frame.finish(kind, flags, len(tensors), id, len(text))


def encode_text(kind, flags, id, text):
    """The parts of a frame that has only text."""
    encoded = text.encode("utf-8", "replace")
    return [HEAD.pack(HEAD_SIZE + len(encoded), kind, flags, 0, id, len(encoded)), encoded]


def encode_outcomes(kind, flags, id, outcomes, arena, inline_max):
    """The parts of a frame with outcomes: pairs of an outcome's kind and its response, or None."""
    frame = FrameParts(arena, inline_max)
    try:
        for outcome, response in outcomes:
            if response is None:
                _add_outcome(frame, outcome, NO_ERROR, 0)
                continue
            code, message, parameters, tensors = response._to_wire()
            if message or parameters:
                texts = (message.encode("utf-8", "replace"), parameters.encode())
                _add_outcome(frame, outcome, code, len(tensors), texts)
            else:
                _add_outcome(frame, outcome, code, len(tensors))
            frame.add_tensors(tensors)
    except BaseException:
        frame.give_up()
        raise
    return frame.finish(kind, flags, len(outcomes), id)


def _add_outcome(frame, outcome, code, output_count, texts=None):
    frame.end += OUTCOME.size
    if texts is None:
        frame.parts.append(OUTCOME.pack(outcome, code, output_count, 0, 0, 0))
        return
    message, parameters = texts
    size = len(message) + len(parameters)
    frame.parts.append(
        OUTCOME.pack(outcome, code, output_count, len(message), len(parameters), 0)
    )
    frame.parts += (message, parameters, PADDING[-size & 7])
    frame.end += size + (-size & 7)


def decode_requests(frame, channel, output_names, tensor_reader, make_request):
    """The requests of an EXECUTE frame."""
    _, _, _, count, _, _ = HEAD.unpack_from(frame)
    position = HEAD_SIZE
    requests = []
    for _ in range(count):
        (
            handle,
            cancel_offset,
            flags,
            correlation_kind,
            input_count,
            correlation_id,
            timeout_us,
            id_size,
            correlation_size,
            parameters_size,
            trace_size,
            output_count,
        ) = REQUEST.unpack_from(frame, position)
        position += REQUEST_SIZE
        request_id = parameters = trace = ""
        if id_size > 0:
            request_id = frame[position : position + id_size].decode()
            position += id_size
        if correlation_kind == 1:
            correlation_id = frame[position : position + correlation_size].decode()
            position += correlation_size
        if parameters_size > 0:
            parameters = frame[position : position + parameters_size].decode()
            position += parameters_size
        if trace_size > 0:
            trace = frame[position : position + trace_size].decode()
            position += trace_size
        names = output_names
        if output_count != ALL_OUTPUTS:
            names = []
            for _ in range(output_count):
                (size,) = U16.unpack_from(frame, position)
                names.append(frame[position + 2 : position + 2 + size].decode())
                position += 2 + size
        inputs, position = tensor_reader.read(frame, (position + 7) & -8, input_count)
        requests.append(
            make_request(
                channel,
                handle,
                cancel_offset,
                request_id,
                correlation_id,
                flags,
                timeout_us,
                parameters,
                trace,
                names,
                inputs,
            )
        )
    return requests
