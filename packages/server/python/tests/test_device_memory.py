"""Tensors in a device's memory, with PyTorch as the other side. Where there is no device, nothing can be said of them."""

import gc
import unittest

import numpy as np

import triton_python_backend_utils as pb_utils
from nereid_stub.api import dlpack

try:
    import torch
except ImportError:
    torch = None

HAS_DEVICE = torch is not None and torch.cuda.is_available()


def sent(tensor):
    """What leaves for the server."""
    return bytes(tensor._to_wire()[3])


@unittest.skipUnless(torch is not None, "needs PyTorch")
class PyTorch(unittest.TestCase):
    def test_shares_memory_of_the_host(self):
        source = torch.arange(6.0)
        tensor = pb_utils.Tensor.from_dlpack("A", source)
        self.assertEqual(tensor.as_numpy().ctypes.data, source.data_ptr())
        array = np.arange(3.0)
        self.assertEqual(
            torch.from_dlpack(pb_utils.Tensor("B", array)).data_ptr(), array.ctypes.data
        )
        flags = pb_utils.Tensor("C", np.array([True, False]))
        self.assertEqual(torch.from_dlpack(flags).tolist(), [True, False])


@unittest.skipUnless(HAS_DEVICE, "needs PyTorch and a device")
class DeviceMemory(unittest.TestCase):
    def made_both_ways(self, source):
        yield pb_utils.Tensor.from_dlpack("A", source)
        yield pb_utils.Tensor.from_dlpack("A", torch.utils.dlpack.to_dlpack(source))

    def test_is_taken_and_given_without_a_copy(self):
        source = torch.arange(1 << 20, dtype=torch.float32, device="cuda").reshape(1024, 1024)
        for tensor in self.made_both_ways(source):
            self.assertFalse(tensor.is_cpu())
            self.assertEqual((tensor.shape(), tensor.triton_dtype()), ([1024, 1024], 11))
            self.assertEqual(tensor.__dlpack_device__(), (dlpack.CUDA, 0))
            self.assertEqual(torch.from_dlpack(tensor).data_ptr(), source.data_ptr())
            self.assertEqual(
                torch.utils.dlpack.from_dlpack(tensor.to_dlpack()).data_ptr(), source.data_ptr()
            )
            with self.assertRaises(pb_utils.TritonModelException) as raised:
                tensor.as_numpy()
            self.assertEqual(
                str(raised.exception), "Tensor is stored in GPU and cannot be converted to NumPy."
            )
            self.assertEqual(sent(tensor), source.cpu().numpy().tobytes())
        del tensor
        gc.collect()
        self.assertEqual(dlpack.capsules_outstanding(), 0)

    def test_is_read_after_the_work_that_fills_it(self):
        stream = torch.cuda.Stream()
        with torch.cuda.stream(stream):
            values = torch.randn(4096, 4096, device="cuda")
            for _ in range(50):
                values = values @ values
                values = values / values.norm()
            tensors = list(self.made_both_ways(values))
        contents = [sent(tensor) for tensor in tensors]
        self.assertEqual(contents, [values.cpu().numpy().tobytes()] * 2)

    def test_goes_back_with_the_tensor(self):
        gc.collect()
        before = torch.cuda.memory_allocated()
        tensor = pb_utils.Tensor.from_dlpack("A", torch.zeros(1 << 22, device="cuda"))
        gc.collect()
        self.assertGreater(torch.cuda.memory_allocated(), before)
        sent(tensor)
        del tensor
        gc.collect()
        self.assertEqual(torch.cuda.memory_allocated(), before)

    def test_has_every_kind(self):
        bfloats = pb_utils.Tensor.from_dlpack(
            "A", torch.ones(3, dtype=torch.bfloat16, device="cuda")
        )
        self.assertEqual((bfloats.triton_dtype(), sent(bfloats)), (14, b"\x80\x3f" * 3))
        self.assertEqual(
            sent(pb_utils.Tensor.from_dlpack("B", torch.empty(0, 4, device="cuda"))), b""
        )
        pinned = pb_utils.Tensor.from_dlpack("C", torch.arange(4.0).pin_memory())
        self.assertTrue(pinned.is_cpu())
        self.assertEqual(pinned.as_numpy().tolist(), [0, 1, 2, 3])


if __name__ == "__main__":
    unittest.main()
