"""Tensor: what goes in comes out, by numpy, by DLPack and by the wire, and bad input says why it is bad."""

import ctypes
import gc
import unittest

import numpy as np

import triton_python_backend_utils as pb_utils
from nereid_stub.api import dlpack
from nereid_stub.api.datatypes import BF16, FIXED_DTYPES


def raw(array):
    return np.frombuffer(bytearray(np.ascontiguousarray(array).tobytes()), dtype=np.uint8)


class TensorOfNumpy(unittest.TestCase):
    def test_keeps_the_array_itself(self):
        array = np.arange(6, dtype=np.int32).reshape(2, 3)
        tensor = pb_utils.Tensor("A", array)
        self.assertIs(tensor.as_numpy(), array)
        self.assertEqual((tensor.name(), tensor.shape(), tensor.triton_dtype()), ("A", [2, 3], 8))
        self.assertTrue(tensor.is_cpu())

    def test_writes_every_datatype_row_by_row(self):
        for number, dtype in FIXED_DTYPES.items():
            if number == BF16:
                continue
            array = np.array([[0, 1], [1, 0], [1, 1]]).astype(dtype).T
            name, datatype, shape, data = pb_utils.Tensor("A", array)._to_wire()
            self.assertEqual((name, datatype, tuple(shape)), ("A", number, (2, 3)))
            self.assertEqual(bytes(data), array.tobytes("C"))

    def test_writes_elements_after_their_lengths(self):
        array = np.array([["é", b"\x00b\x00"], [3, b""]], dtype=object)
        _, datatype, shape, data = pb_utils.Tensor("A", array)._to_wire()
        self.assertEqual((datatype, tuple(shape)), (13, (2, 2)))
        self.assertEqual(
            bytes(data),
            b"\x02\0\0\0\xc3\xa9" + b"\x03\0\0\0\x00b\x00" + b"\x01\0\0\x003" + b"\0\0\0\0",
        )

    def test_takes_fixed_size_bytes_and_empty_arrays(self):
        self.assertEqual(
            bytes(pb_utils.Tensor("A", np.array([b"x", b"yz"]))._to_wire()[3]),
            b"\1\0\0\0x\2\0\0\0yz",
        )
        self.assertEqual(
            bytes(pb_utils.Tensor("A", np.zeros((0, 3), dtype=object))._to_wire()[3]), b""
        )
        self.assertEqual(bytes(pb_utils.Tensor("A", np.zeros((0, 3)))._to_wire()[3]), b"")

    def test_refuses_what_is_no_array(self):
        for arguments in (("A", [1, 2]), (None, np.zeros(1)), ("A",), ("A", np.float32(1))):
            with self.assertRaises(TypeError):
                pb_utils.Tensor(*arguments)

    def test_refuses_an_empty_name_and_other_dtypes(self):
        with self.assertRaisesRegex(
            pb_utils.TritonModelException, "^Tensor name cannot be an empty string.$"
        ):
            pb_utils.Tensor("", np.zeros(1))
        for dtype in (np.complex64, ">f4", "U2", "M8[s]"):
            with self.assertRaisesRegex(
                pb_utils.TritonModelException, "^NumPy dtype is not supported.$"
            ):
                pb_utils.Tensor("A", np.zeros(1, dtype=dtype))


class TensorOfWire(unittest.TestCase):
    def test_is_a_writable_view(self):
        data = raw(np.arange(6, dtype=np.float32))
        array = pb_utils.Tensor._from_wire("A", 11, (2, 3), data).as_numpy()
        array[0, 0] = 7
        self.assertEqual(data.view(np.float32)[0], 7)

    def test_reads_elements_once(self):
        data = raw(np.frombuffer(b"\1\0\0\0a\0\0\0\0\2\0\0\0b\0", dtype=np.uint8))
        tensor = pb_utils.Tensor._from_wire("A", 13, (3, 1), data)
        array = tensor.as_numpy()
        self.assertEqual(array.tolist(), [[b"a"], [b""], [b"b\0"]])
        self.assertIs(tensor.as_numpy(), array)

    def test_says_where_elements_are_cut_short(self):
        for data, message in (
            (b"\1\0", "Invalid bytes tensor data: incomplete length field"),
            (b"\5\0\0\0a", "Invalid bytes tensor data: string extends beyond buffer"),
        ):
            tensor = pb_utils.Tensor._from_wire(
                "A", 13, (1,), raw(np.frombuffer(data, dtype=np.uint8))
            )
            with self.assertRaisesRegex(pb_utils.TritonModelException, f"^{message}$"):
                tensor.as_numpy()

    def test_has_bf16_by_dlpack_only(self):
        tensor = pb_utils.Tensor._from_wire("A", BF16, (2,), raw(np.array([1, 2], dtype=np.uint16)))
        with self.assertRaisesRegex(
            pb_utils.TritonModelException, "^Tensor dtype is BF16 and cannot be converted"
        ):
            tensor.as_numpy()
        again = pb_utils.Tensor.from_dlpack("B", tensor.to_dlpack())
        self.assertEqual(again.triton_dtype(), BF16)
        self.assertEqual(bytes(again._to_wire()[3]), b"\1\0\2\0")
        with self.assertRaises(pb_utils.TritonModelException):
            again.as_numpy()


class DlPack(unittest.TestCase):
    def test_goes_to_numpy_without_a_copy(self):
        array = np.arange(6, dtype=np.float32).reshape(2, 3)
        seen = np.from_dlpack(pb_utils.Tensor("A", array))
        self.assertTrue(np.shares_memory(seen, array))
        self.assertEqual(seen.tolist(), array.tolist())

    def test_comes_from_numpy_without_a_copy(self):
        array = np.arange(6, dtype=np.int64).reshape(2, 3)
        tensor = pb_utils.Tensor.from_dlpack("A", array)
        self.assertTrue(np.shares_memory(tensor.as_numpy(), array))
        self.assertEqual((tensor.shape(), tensor.triton_dtype()), ([2, 3], 9))

    def test_goes_there_and_back_in_every_datatype(self):
        for number, dtype in FIXED_DTYPES.items():
            source = pb_utils.Tensor._from_wire(
                "A", number, (3,), raw(np.array([0, 1, 1]).astype(dtype))
            )
            target = pb_utils.Tensor.from_dlpack("B", source)
            self.assertEqual(target.triton_dtype(), number)
            self.assertEqual(bytes(target._to_wire()[3]), bytes(source._to_wire()[3]))

    def test_keeps_memory_until_the_last_holder_has_gone(self):
        gc.collect()
        before = dlpack.capsules_outstanding()
        capsule = pb_utils.Tensor("A", np.arange(1000.0)).to_dlpack()
        gc.collect()
        tensor = pb_utils.Tensor.from_dlpack("B", capsule)
        del capsule
        array = tensor.as_numpy()[10:]
        del tensor
        gc.collect()
        self.assertEqual(array[0], 10.0)
        self.assertEqual(dlpack.capsules_outstanding(), before + 1)
        del array
        gc.collect()
        self.assertEqual(dlpack.capsules_outstanding(), before)

    def test_frees_a_capsule_that_nobody_took(self):
        before = dlpack.capsules_outstanding()
        capsule = pb_utils.Tensor("A", np.zeros(3)).to_dlpack()
        self.assertEqual(dlpack.capsules_outstanding(), before + 1)
        del capsule
        self.assertEqual(dlpack.capsules_outstanding(), before)

    def test_takes_a_capsule_once(self):
        capsule = pb_utils.Tensor("A", np.zeros(3)).to_dlpack()
        pb_utils.Tensor.from_dlpack("A", capsule)
        with self.assertRaisesRegex(pb_utils.TritonModelException, "consumed before"):
            pb_utils.Tensor.from_dlpack("A", capsule)

    def test_calls_a_foreign_deleter_once(self):
        deleted = []
        shape = (ctypes.c_int64 * 1)(2)
        memory = (ctypes.c_float * 4)(0, 0, 5, 6)
        managed = dlpack._Managed()
        managed.dl_tensor.data = ctypes.addressof(memory)
        managed.dl_tensor.byte_offset = 8
        managed.dl_tensor.device.device_type = 1
        managed.dl_tensor.ndim = 1
        (
            managed.dl_tensor.dtype.code,
            managed.dl_tensor.dtype.bits,
            managed.dl_tensor.dtype.lanes,
        ) = 2, 32, 1
        managed.dl_tensor.shape = ctypes.cast(shape, ctypes.POINTER(ctypes.c_int64))
        managed.deleter = dlpack._Deleter(lambda _: deleted.append(True))
        capsule = dlpack._new_capsule(ctypes.addressof(managed), b"dltensor", dlpack._drop_untaken)
        tensor = pb_utils.Tensor.from_dlpack("A", capsule)
        self.assertEqual(tensor.as_numpy().tolist(), [5.0, 6.0])
        del tensor, capsule
        gc.collect()
        self.assertEqual(deleted, [True])

    def test_refuses_what_it_cannot_take(self):
        class On:
            def __init__(self, device):
                self.device = device

            def __dlpack_device__(self):
                return (self.device, 0)

            def __dlpack__(self, stream=None):
                return 3

        exception = pb_utils.TritonModelException
        for tensor, kind, message in (
            (
                np.zeros((2, 3)).T,
                exception,
                "^DLPack tensor is not contiguous. Only contiguous DLPack tensors that",
            ),
            (3, exception, "^Provided tensor is not supported. Tensor must be a DLPack capsule "),
            (On(7), exception, "^DLDevice type 7 is not support by Python backend.$"),
            (On(1), TypeError, "^Object of type 'int' is not an instance of 'capsule'$"),
            (np.zeros(2, dtype=np.complex64), exception, "^Dtype is invalid.$"),
        ):
            with self.assertRaisesRegex(kind, message):
                pb_utils.Tensor.from_dlpack("A", tensor)
        with self.assertRaisesRegex(exception, "^Tensor name cannot be an empty string.$"):
            pb_utils.Tensor.from_dlpack("", np.zeros(1))
        with self.assertRaisesRegex(
            exception, "^DLPack does not have support for string tensors.$"
        ):
            pb_utils.Tensor("A", np.array([b"x"], dtype=object)).to_dlpack()

    def test_an_extent_of_one_may_have_any_stride(self):
        array = np.zeros((4, 3))[:1]
        self.assertEqual(pb_utils.Tensor.from_dlpack("A", array).shape(), [1, 3])


class ByteTensors(unittest.TestCase):
    def test_go_there_and_back(self):
        array = np.array([b"a", "ü", b"", b"\0" * 3, 17], dtype=object)
        text = pb_utils.serialize_byte_tensor(array)
        self.assertEqual(
            pb_utils.deserialize_bytes_tensor(text).tolist(),
            [b"a", "ü".encode(), b"", b"\0" * 3, b"17"],
        )

    def test_know_what_they_are_not(self):
        self.assertEqual(pb_utils.serialize_byte_tensor(np.zeros(0)), ())
        self.assertIsNone(pb_utils.serialize_byte_tensor(np.zeros(2)))
        for data in (b"\5\0\0\0a", b"\5\0"):
            with self.assertRaises(Exception) as raised:
                pb_utils.deserialize_bytes_tensor(data)
            self.assertEqual(type(raised.exception).__name__, "error")

    def test_datatypes_have_numpy_types(self):
        self.assertIsNone(pb_utils.triton_to_numpy_type(14))
        for number in range(1, 14):
            self.assertEqual(
                pb_utils.numpy_to_triton_type(pb_utils.triton_to_numpy_type(number)), number
            )
        self.assertEqual(pb_utils.numpy_to_triton_type(np.bytes_), 13)
        self.assertIsNone(pb_utils.numpy_to_triton_type(np.complex64))
        self.assertIs(pb_utils.triton_string_to_numpy("TYPE_STRING"), np.object_)
        self.assertRaises(KeyError, pb_utils.triton_string_to_numpy, "TYPE_BF16")


if __name__ == "__main__":
    unittest.main()
