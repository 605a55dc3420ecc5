"""DLPack capsules without any library but ctypes and numpy.

A capsule hands memory over: whoever takes it renames it and calls the deleter when done; a capsule that nobody took
calls it itself when it goes. What the memory belongs to is kept in a table until then.
"""

from __future__ import annotations

import ctypes
import itertools

import numpy as np

from . import datatypes
from .errors import TritonModelException

CPU, CUDA, CUDA_HOST = 1, 2, 3

_INT, _UINT, _FLOAT, _BFLOAT, _BOOL = 0, 1, 2, 4, 6

_FRESH, _TAKEN = b"dltensor", b"used_dltensor"

_DLPACK_TYPES = {
    datatypes.BOOL: (_BOOL, 8),
    datatypes.UINT8: (_UINT, 8),
    datatypes.UINT16: (_UINT, 16),
    datatypes.UINT32: (_UINT, 32),
    datatypes.UINT64: (_UINT, 64),
    datatypes.INT8: (_INT, 8),
    datatypes.INT16: (_INT, 16),
    datatypes.INT32: (_INT, 32),
    datatypes.INT64: (_INT, 64),
    datatypes.FP16: (_FLOAT, 16),
    datatypes.FP32: (_FLOAT, 32),
    datatypes.FP64: (_FLOAT, 64),
    datatypes.BF16: (_BFLOAT, 16),
}
_DATATYPES = {kind: number for number, kind in _DLPACK_TYPES.items()}


class _Device(ctypes.Structure):
    _fields_ = [("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]


class _DataType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class _DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p),
        ("device", _Device),
        ("ndim", ctypes.c_int32),
        ("dtype", _DataType),
        ("shape", ctypes.POINTER(ctypes.c_int64)),
        ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]


class _Managed(ctypes.Structure):
    pass


_Deleter = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Managed))
_Managed._fields_ = [
    ("dl_tensor", _DLTensor),
    ("manager_ctx", ctypes.c_void_p),
    ("deleter", _Deleter),
]

_Destructor = ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
_api = ctypes.pythonapi
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, _Destructor)(
    ("PyCapsule_New", _api)
)
_set_name = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_SetName", _api)
)
_is_valid = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_IsValid", _api)
)
_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", _api)
)
# A destructor sees an object that is already dying: it must not become a Python reference again.
_is_dying_valid = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p)(
    ("PyCapsule_IsValid", _api)
)
_dying_pointer = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(
    ("PyCapsule_GetPointer", _api)
)

_capsule_type = type(_new_capsule(1, b"example", ctypes.cast(None, _Destructor)))

#: What keeps memory alive that was handed out, by the number in the capsule's context.
_handed_out: dict[int, tuple] = {}
_numbers = itertools.count(1)


def is_capsule(value: object) -> bool:
    """Whether a value is a PyCapsule."""
    return isinstance(value, _capsule_type)


@_Deleter
def _delete(managed) -> None:
    _handed_out.pop(managed.contents.manager_ctx, None)


@_Destructor
def _drop_untaken(capsule) -> None:
    if _is_dying_valid(capsule, _FRESH):
        managed = ctypes.cast(_dying_pointer(capsule, _FRESH), ctypes.POINTER(_Managed))
        managed.contents.deleter(managed)


def export_capsule(address: int, shape, datatype: int, device: tuple[int, int], owner: object):
    """A capsule over memory that `owner` keeps alive until whoever takes it is done."""
    code, bits = _DLPACK_TYPES[datatype]
    rank = len(shape)
    shape_array = (ctypes.c_int64 * rank)(*shape)
    number = next(_numbers)
    managed = _Managed()
    tensor = managed.dl_tensor
    tensor.data = address
    tensor.device.device_type, tensor.device.device_id = device
    tensor.ndim = rank
    tensor.dtype.code, tensor.dtype.bits, tensor.dtype.lanes = code, bits, 1
    tensor.shape = ctypes.cast(shape_array, ctypes.POINTER(ctypes.c_int64))
    managed.manager_ctx = number
    managed.deleter = _delete
    _handed_out[number] = (managed, shape_array, owner)
    return _new_capsule(ctypes.addressof(managed), _FRESH, _drop_untaken)


def capsules_outstanding() -> int:
    """How many capsules (or what was made of them) still hold memory of ours."""
    return len(_handed_out)


class Imported:
    """Memory taken from a capsule; gives it back when the last array over it has gone."""

    __slots__ = ("_managed", "address", "byte_size", "datatype", "device", "shape", "__weakref__")

    def __init__(self, managed, address, byte_size, datatype, device, shape) -> None:
        self._managed = managed
        self.address = address
        self.byte_size = byte_size
        self.datatype = datatype
        self.device = device
        self.shape = shape

    @property
    def __array_interface__(self) -> dict:
        dtype = datatypes.FIXED_DTYPES[self.datatype]
        return {
            "data": (self.address, False),
            "shape": self.shape,
            "typestr": dtype.str,
            "version": 3,
        }

    def __del__(self) -> None:
        managed, self._managed = self._managed, None
        if managed is not None and managed.contents.deleter:
            managed.contents.deleter(managed)


def _is_contiguous(shape, strides) -> bool:
    expected = 1
    for extent, stride in zip(reversed(shape), reversed(strides)):
        if extent != 1:
            if stride != expected:
                return False
            expected *= extent
    return True


def take_capsule(capsule) -> Imported:
    """Takes the memory of a capsule. On an error the capsule keeps it.

    Raises TritonModelException for what is not C-ordered, on a device without support, of no datatype of ours, or
    taken already.
    """
    if not _is_valid(capsule, _FRESH):
        raise TritonModelException(
            "DLPack capsule is not a 'dltensor' capsule or was consumed before."
        )
    managed = ctypes.cast(_pointer(capsule, _FRESH), ctypes.POINTER(_Managed))
    tensor = managed.contents.dl_tensor
    shape = tuple(tensor.shape[: tensor.ndim])
    if tensor.strides and not _is_contiguous(shape, tensor.strides[: tensor.ndim]):
        raise TritonModelException(
            "DLPack tensor is not contiguous. Only contiguous DLPack tensors that are stored in C-Order are supported."
        )
    device = (tensor.device.device_type, tensor.device.device_id)
    if device[0] not in (CPU, CUDA, CUDA_HOST):
        raise TritonModelException(f"DLDevice type {device[0]} is not support by Python backend.")
    dtype = tensor.dtype
    if dtype.code == _BFLOAT and dtype.bits != 16:
        raise TritonModelException(f"Expected BF16 tensor to have 16 bits, but had: {dtype.bits}")
    datatype = _DATATYPES.get((dtype.code, dtype.bits)) if dtype.lanes == 1 else None
    if datatype is None:
        raise TritonModelException("Dtype is invalid.")
    byte_size = dtype.bits // 8
    for extent in shape:
        byte_size *= extent
    address = (tensor.data or 0) + tensor.byte_offset
    _set_name(capsule, _TAKEN)
    return Imported(
        managed, address, byte_size, datatype, device if device[0] == CUDA else (CPU, 0), shape
    )


def array_over(imported: Imported) -> np.ndarray:
    """An array over memory of the host that keeps it alive; BF16 reads as numbers of two bytes."""
    if imported.byte_size == 0:
        return np.empty(imported.shape, dtype=datatypes.FIXED_DTYPES[imported.datatype])
    return np.asarray(imported)
