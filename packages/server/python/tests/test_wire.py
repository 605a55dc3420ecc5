"""Frames come back as they were, whatever came before them, and damaged ones end in an exception and nothing worse."""

import os
import random
import socket
import struct
import tempfile
import unittest

import numpy as np

from nereid_stub import wire
from nereid_stub.shared_memory import ArenaReader, ArenaWriter

INLINE_MAX = 300
ARENA_BYTES_MAX = 1 << 26
SEED = int(os.environ.get("SEED", "1"))
FRAME_COUNT = 400
# What decoding damaged frames may end in.
REFUSALS = (ValueError, struct.error, IndexError, KeyError, OverflowError, TypeError, OSError)


class PlainTensor:
    """A tensor that is what the wire says of it."""

    def __init__(self, name, datatype, shape, data):
        self.wire = (name, datatype, tuple(shape), data)

    def _to_wire(self):
        return self.wire

    def described(self):
        name, datatype, shape, data = self.wire
        return (name, datatype, shape, bytes(data))


def arena_file():
    """A sparse file of the size of an arena, gone when it is closed."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("test")
    else:
        fd, path = tempfile.mkstemp()
        os.unlink(path)
    os.ftruncate(fd, 22 << 40)
    return fd


def random_tensor(source):
    """Few names and shapes, so that descriptors repeat; contents of any size on both sides of the inline limit."""
    name = source.choice(["IN", "a longer name", "größe", ""])
    shape = source.choice([(), (1,), (3, 5), (0, 7), (400,), (2, 300), (70_000,)])
    count = int(np.prod(shape, dtype=np.int64))
    return PlainTensor(name, source.randint(1, 14), shape, source.randbytes(count))


def tensors_of(source, count_max=3):
    return [random_tensor(source) for _ in range(source.randint(0, count_max))]


def encode_requests(requests, arena):
    """An EXECUTE frame as the server writes it."""
    frame = wire.FrameParts(arena, INLINE_MAX)
    for request in requests:
        texts = [request[key].encode() for key in ("id", "correlation", "parameters", "trace")]
        names = request["outputs"]
        body = b"".join(texts)
        for name in names or ():
            body += wire.U16.pack(len(name.encode())) + name.encode()
        body += bytes(-(wire.REQUEST.size + len(body)) & 7)
        is_text = request["correlation"] != ""
        head = wire.REQUEST.pack(
            request["handle"],
            request["handle"] + 1,
            request["flags"],
            1 if is_text else 0,
            len(request["inputs"]),
            0 if is_text else request["number"],
            request["timeout"],
            *(len(text) for text in texts),
            wire.ALL_OUTPUTS if names is None else len(names),
        )
        frame.parts.append(head + body)
        frame.end += len(head) + len(body)
        frame.add_tensors(request["inputs"])
    return b"".join(bytes(part) for part in frame.finish(wire.EXECUTE, 0, len(requests), 7))


def random_request(source):
    text = lambda: "".join(source.choice("aä\N{SNOWMAN}") for _ in range(source.randint(0, 9)))  # noqa: E731
    return {
        "handle": source.randint(1, 1 << 31),
        "flags": source.randint(0, 3),
        "number": source.getrandbits(64),
        "timeout": source.getrandbits(64),
        "id": text(),
        "correlation": text(),
        "parameters": text(),
        "trace": text(),
        "outputs": source.choice([None, [], ["OUT"], [text(), text()]]),
        "inputs": tensors_of(source),
    }


class WireTest(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.fd = arena_file()
        self.addCleanup(os.close, self.fd)
        self.writer = ArenaWriter(self.fd)
        self.writer.limit(ARENA_BYTES_MAX, 0)
        self.tensor_reader = wire.TensorReader(ArenaReader(self.fd), PlainTensor)

    def decode(self, frame):
        make = lambda *fields: fields  # noqa: E731
        return wire.decode_requests(frame, None, ["FIRST", "SECOND"], self.tensor_reader, make)

    def check_request(self, decoded, request):
        _, handle, cancel_offset, request_id, correlation, flags, timeout, *rest = decoded
        parameters, trace, names, inputs = rest
        self.assertEqual((handle, cancel_offset), (request["handle"], request["handle"] + 1))
        self.assertEqual(request_id, request["id"])
        self.assertEqual(correlation, request["correlation"] or request["number"])
        self.assertEqual((flags, timeout), (request["flags"], request["timeout"]))
        self.assertEqual((parameters, trace), (request["parameters"], request["trace"]))
        expected = ["FIRST", "SECOND"] if request["outputs"] is None else request["outputs"]
        self.assertEqual(list(names), expected)
        self.assertEqual(
            [tensor.described() for tensor in inputs],
            [tensor.described() for tensor in request["inputs"]],
        )

    def test_requests_come_back_as_they_were(self):
        for _ in range(FRAME_COUNT):
            requests = [random_request(self.random) for _ in range(self.random.randint(0, 4))]
            frame = bytearray(encode_requests(requests, self.writer))
            decoded = self.decode(frame)
            self.assertEqual(len(decoded), len(requests))
            for fields, request in zip(decoded, requests):
                self.check_request(fields, request)
        del decoded, fields
        self.assertEqual(self.writer.issued_count(), 0, "what nobody looks at has been given back")

    def test_json_and_tensors_come_back_as_they_were(self):
        for number in range(FRAME_COUNT):
            payload = {"number": number, "text": "ä" * self.random.randint(0, 20)}
            tensors = tensors_of(self.random)
            parts = wire.encode_json(
                wire.CALL, 0, number, payload, tensors, self.writer, INLINE_MAX
            )
            frame = bytearray(b"".join(bytes(part) for part in parts))
            self.assertEqual(wire.HEAD.unpack_from(frame)[0], len(frame))
            decoded, outputs = wire.decode_json(frame, self.tensor_reader)
            self.assertEqual(decoded, payload)
            self.assertEqual(
                [tensor.described() for tensor in outputs],
                [tensor.described() for tensor in tensors],
            )
        del outputs
        self.assertEqual(self.writer.issued_count(), 0)

    def test_a_frame_that_cannot_be_made_leaves_nothing_in_the_arena(self):
        large = PlainTensor("IN", 2, (1000,), bytes(1000))
        for bad in (PlainTensor("x" * 70_000, 2, (1,), b"1"), PlainTensor("x", 2, (1,) * 256, b"1")):
            with self.assertRaises(ValueError):
                wire.encode_json(wire.CALL, 0, 1, {}, [large, bad], self.writer, INLINE_MAX)
        self.assertEqual(self.writer.issued_count(), 0)

    def test_damaged_frames_raise_or_are_other_frames(self):
        refused = 0
        for _ in range(FRAME_COUNT * 5):
            requests = [random_request(self.random) for _ in range(self.random.randint(1, 3))]
            frame = bytearray(encode_requests(requests, self.writer))
            for _ in range(self.random.randint(1, 4)):
                frame[self.random.randrange(8, min(len(frame), 400))] = self.random.getrandbits(8)
            if self.random.random() < 0.3:
                del frame[self.random.randrange(16, len(frame)) :]
            try:
                self.decode(frame)
            except REFUSALS:
                refused += 1
        self.assertGreater(refused, 0)

    def test_frames_arrive_in_whatever_pieces(self):
        left, right = socket.socketpair()
        with left, right:
            reader = wire.FrameReader(left, capacity=512)
            for _ in range(FRAME_COUNT):
                sizes = [self.random.choice([16, 17, 100, 511, 512, 513, 5000]) for _ in range(3)]
                frames = [
                    struct.pack("<I", size) + self.random.randbytes(size - 4) for size in sizes
                ]
                stream = b"".join(frames)
                while stream:
                    count = self.random.randint(1, 600)
                    right.sendall(stream[:count])
                    stream = stream[count:]
                for frame in frames:
                    self.assertEqual(bytes(reader.read()), frame)
            right.close()
            self.assertIsNone(reader.read())


if __name__ == "__main__":
    unittest.main()
