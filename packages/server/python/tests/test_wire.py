"""Frames: what is written is read, also where layouts repeat, alternate, or are too many to be remembered."""

import os
import random
import unittest

import numpy as np

import triton_python_backend_utils as pb_utils
from nereid_stub import wire

SEED = int(os.environ.get("SEED", "0")) or random.randrange(1 << 32)
FRAME_COUNT = 2000
INLINE_MAX = 64


class FakeArena:
    """Memory of this process instead of shared memory."""

    def __init__(self):
        self.blocks = {}
        self._last = 1 << 40

    def store(self, data, byte_size):
        self._last += 64
        self.blocks[self._last] = np.frombuffer(bytes(data), np.uint8)
        assert self.blocks[self._last].nbytes == byte_size
        return self._last

    def view(self, position, byte_size):
        assert self.blocks[position].nbytes == byte_size
        return self.blocks[position]

    def take_back(self, position):
        del self.blocks[position]


def frame_of(tensors, arena):
    parts = wire.encode_json(wire.CALL, 0, 1, {"method": "x"}, tensors, arena, INLINE_MAX)
    return bytearray(b"".join(parts))


def random_tensor(source, name):
    dtype = np.dtype(source.choice([np.uint8, np.float32, np.int64]))
    shape = [source.randrange(4) for _ in range(source.randrange(4))]
    size = int(np.prod(shape)) * dtype.itemsize
    return pb_utils.Tensor(name, np.frombuffer(source.randbytes(size), dtype).reshape(shape))


def as_written(tensor):
    return (tensor.name(), tensor.triton_dtype(), tensor.shape(), tensor.as_numpy().tobytes())


class TensorsOfFrames(unittest.TestCase):
    def setUp(self):
        self.arena = FakeArena()
        self.reader = wire.TensorReader(self.arena, pb_utils.Tensor._from_wire)

    def check(self, tensors, frame=None):
        payload, read = wire.decode_json(frame or frame_of(tensors, self.arena), self.reader)
        self.assertEqual(payload, {"method": "x"})
        self.assertEqual([as_written(t) for t in read], [as_written(t) for t in tensors])

    def test_random_layouts_come_back_whether_seen_before_or_not(self):
        source = random.Random(SEED)
        recent = []
        for _ in range(FRAME_COUNT):
            if recent and source.random() < 0.6:
                tensors = source.choice(recent)
            else:
                names = ["A", "B", "longer name"][: source.randrange(4)]
                tensors = [random_tensor(source, name) for name in names]
                recent = [*recent[-5:], tensors]
            with self.subTest(seed=SEED):
                self.check(tensors)
        self.assertLessEqual(len(self.reader._known), wire.KNOWN_COUNT_MAX)

    def test_contents_are_those_of_their_own_frame(self):
        for value in range(5):
            self.check([pb_utils.Tensor("A", np.full(4, value, np.float32))])

    def test_fewer_tensors_of_a_layout_seen_before_are_fewer(self):
        first = pb_utils.Tensor("A", np.zeros(0, np.float32))
        both = [first, pb_utils.Tensor("B", np.zeros(0, np.float32))]
        self.check(both)
        frame = frame_of(both, self.arena)
        # A count of one, before the same bytes.
        frame[6:8] = (1).to_bytes(2, "little")
        self.check([first], frame)

    def test_a_frame_given_up_leaves_nothing_in_the_arena(self):
        large = pb_utils.Tensor("A", np.zeros(INLINE_MAX, np.float32))
        unsendable = pb_utils.Tensor("B" * 70_000, np.zeros(1, np.float32))
        with self.assertRaises(ValueError):
            frame_of([large, unsendable], self.arena)
        response = pb_utils.InferenceResponse([large, unsendable])
        with self.assertRaises(ValueError):
            wire.encode_outcomes(
                wire.EXECUTE_DONE, 0, 1, [(wire.OUTCOME_RESPONSE, response)], self.arena, INLINE_MAX
            )
        self.assertEqual(self.arena.blocks, {})


if __name__ == "__main__":
    unittest.main()
