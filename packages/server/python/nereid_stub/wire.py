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

FAILED = 1
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
OUTCOME = struct.Struct("<BBHIII")
U16 = struct.Struct("<H")
U32 = struct.Struct("<I")

# struct.Struct of `n` dimensions, by n.
DIMENSIONS = [struct.Struct("<%dq" % rank) for rank in range(256)]

INLINE_ALIGNMENT = 16
# A frame's data are handed to the system in one piece up to here, and in several above it.
JOINED_BYTES_MAX = 1 << 20

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
            count = self._sock.recv_into(self._view[available:])
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


def decode_tensors(frame, position, count, arena, make):
    """Reads `count` descriptors; returns what `make` makes of (name, datatype, shape, data), and the position after them."""
    tensors = []
    unpack = DESCRIPTOR.unpack_from
    for _ in range(count):
        name_size, datatype, rank, storage, byte_size, data_at = unpack(frame, position)
        position += 24
        shape = DIMENSIONS[rank].unpack_from(frame, position)
        position += 8 * rank
        name = frame[position : position + name_size].decode()
        position = (position + name_size + 7) & -8
        if byte_size == 0:
            data = EMPTY
        elif storage == STORAGE_INLINE:
            data = np.frombuffer(frame, np.uint8, byte_size, data_at)
        else:
            data = arena.view(data_at, byte_size)
        tensors.append(make(name, datatype, shape, data))
    return tensors, position


def decode_json(frame, arena, make):
    """The JSON and the tensors of a frame that has them."""
    count = HEAD.unpack_from(frame)[3]
    text_size = HEAD.unpack_from(frame)[5]
    payload = json.loads(frame[HEAD_SIZE : HEAD_SIZE + text_size]) if text_size > 0 else {}
    tensors, _ = decode_tensors(frame, (HEAD_SIZE + text_size + 7) & -8, count, arena, make)
    return payload, tensors


def _collect(tensors, arena, inline_max, stored):
    """Puts large tensors into the arena; returns what `_describe` needs, and the size of the descriptors."""
    wires = []
    size = 0
    for tensor in tensors:
        name, datatype, shape, data = tensor._to_wire()
        encoded = name.encode()
        if len(encoded) > 65535 or len(shape) > 255:
            raise ValueError("a tensor's name has 65535 bytes at most, its shape 255 dimensions")
        byte_size = data.nbytes if isinstance(data, np.ndarray) else len(data)
        position = None
        if byte_size > inline_max:
            position = arena.store(data, byte_size)
            stored.append(position)
        wires.append((encoded, datatype, shape, data, byte_size, position))
        size += (24 + 8 * len(shape) + len(encoded) + 7) & -8
    return wires, size


def _describe(wires, parts, inline, end):
    """Appends descriptors to `parts` and the data that follow them to `inline`; returns where the data end."""
    for encoded, datatype, shape, data, byte_size, position in wires:
        storage = STORAGE_ARENA
        if position is None:
            storage = STORAGE_INLINE
            position = (end + 15) & -16
            if byte_size > 0:
                inline.append(PADDING[position - end])
                inline.append(data)
                end = position + byte_size
        rank = len(shape)
        parts.append(DESCRIPTOR.pack(len(encoded), datatype, rank, storage, byte_size, position))
        parts.append(DIMENSIONS[rank].pack(*shape))
        parts.append(encoded)
        parts.append(PADDING[-len(encoded) & 7])
    return end


def encode_json(kind, flags, id, payload, tensors, arena, inline_max):
    """The parts of a frame with JSON and tensors."""
    text = json.dumps(payload).encode()
    stored = []
    try:
        wires, size = _collect(tensors, arena, inline_max, stored)
    except BaseException:
        _take_back(arena, stored)
        raise
    padding = PADDING[-len(text) & 7]
    parts = [b"", text, padding]
    inline = []
    end = _describe(wires, parts, inline, HEAD_SIZE + len(text) + len(padding) + size)
    parts[0] = HEAD.pack(end, kind, flags, len(wires), id, len(text))
    return parts + inline


def encode_text(kind, flags, id, text):
    """The parts of a frame that has only text."""
    encoded = text.encode("utf-8", "replace")
    return [HEAD.pack(HEAD_SIZE + len(encoded), kind, flags, 0, id, len(encoded)), encoded]


def encode_outcomes(kind, flags, id, outcomes, arena, inline_max):
    """The parts of a frame with outcomes: pairs of an outcome's kind and its response, or None."""
    stored = []
    try:
        return _encode_outcomes((kind, flags, id), outcomes, arena, inline_max, stored)
    except BaseException:
        _take_back(arena, stored)
        raise


def _take_back(arena, stored):
    for position in stored:
        arena.take_back(position)


def _encode_outcomes(head, outcomes, arena, inline_max, stored):
    kind, flags, id = head
    collected = []
    end = HEAD_SIZE
    for outcome, response in outcomes:
        code, message, parameters, tensors = NO_ERROR, "", "", ()
        if response is not None:
            code, message, parameters, tensors = response._to_wire()
        message = message.encode("utf-8", "replace")
        parameters = parameters.encode()
        wires, size = _collect(tensors, arena, inline_max, stored)
        text_size = len(message) + len(parameters)
        collected.append((outcome, code, message, parameters, wires))
        end += OUTCOME.size + text_size + (-text_size & 7) + size
    parts = [b""]
    inline = []
    for outcome, code, message, parameters, wires in collected:
        parts.append(
            OUTCOME.pack(outcome, code, len(wires), len(message), len(parameters), 0)
        )
        if message or parameters:
            parts.append(message)
            parts.append(parameters)
            parts.append(PADDING[-(len(message) + len(parameters)) & 7])
        end = _describe(wires, parts, inline, end)
    parts[0] = HEAD.pack(end, kind, flags, len(collected), id, 0)
    return parts + inline


def decode_requests(frame, channel, output_names, arena, make_tensor, make_request):
    """The requests of an EXECUTE frame."""
    count = HEAD.unpack_from(frame)[3]
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
        position += REQUEST.size
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
        if output_count == ALL_OUTPUTS:
            names = list(output_names)
        else:
            names = []
            for _ in range(output_count):
                (size,) = U16.unpack_from(frame, position)
                names.append(frame[position + 2 : position + 2 + size].decode())
                position += 2 + size
        position = (position + 7) & -8
        inputs, position = decode_tensors(frame, position, input_count, arena, make_tensor)
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
