"""Tensor: what models read requests from and make answers of."""

from __future__ import annotations

import numpy as np

from . import device_memory, dlpack
from .conversions import text_from
from .datatypes import (
    BF16,
    BYTES,
    FIXED_DTYPES,
    NUMBERS,
    datatype_of,
    object_array,
    read_elements,
    serialize_elements,
)
from .errors import TritonModelException
from .identity import shown_to_models, signature_error

_SIGNATURE = "name: str, array: numpy.ndarray"
_ndarray = np.ndarray
_number_of = NUMBERS.get
_EMPTY_NAME = "Tensor name cannot be an empty string."


@shown_to_models
class Tensor:
    """A name with an array of one datatype.

    One of two sides is filled at first and the other when it is asked for: `_array` (numpy) and `_data` (the bytes as
    they travel; elements of BYTES with their lengths). A tensor in a device's memory has neither, but `_imported`.
    """

    __slots__ = ("_array", "_data", "_datatype", "_imported", "_name", "_shape", "__weakref__")

    def __init__(self, name: str, array: np.ndarray, /) -> None:
        # The exact types are the rule, and cheaper to recognise than their subclasses.
        if type(array) is not _ndarray and not isinstance(array, _ndarray):
            raise signature_error("Tensor", _SIGNATURE, array)
        if type(name) is not str:
            name = _checked_name("Tensor", _SIGNATURE, name)
        if not name:
            raise TritonModelException(_EMPTY_NAME)
        datatype = _number_of(array.dtype)
        if datatype is None:
            datatype = datatype_of(array.dtype)
            if datatype is None:
                raise TritonModelException("NumPy dtype is not supported.")
        if not array.flags.c_contiguous:
            array = np.ascontiguousarray(array)
        self._name = name
        self._datatype = datatype
        self._shape = array.shape
        self._array = array
        # What str() makes of an element is fixed now, not when the answer leaves.
        self._data = serialize_elements(array) if datatype == BYTES else None
        self._imported = None

    @classmethod
    def _from_wire(cls, name: str, datatype: int, shape, data) -> Tensor:
        """A view of received memory. Nothing is copied nor decoded until a model asks."""
        tensor = cls.__new__(cls)
        tensor._name = name
        tensor._datatype = datatype
        tensor._shape = shape
        tensor._array = None
        tensor._data = data
        tensor._imported = None
        return tensor

    def _to_wire(self):
        """Name, datatype, shape and contents. Memory of a device is copied to the host here."""
        data = self._data
        if data is None:
            if self._array is not None:
                data = self._array
            else:
                data = device_memory.copied_to_host(self._imported)
        return self._name, self._datatype, self._shape, data

    @staticmethod
    def from_dlpack(name: str, tensor: object, /) -> Tensor:
        """A tensor over the memory of a DLPack capsule, or of an object that can make one.

        Nothing is copied; the memory is given back when the tensor and all arrays over it have gone.
        """
        name = _checked_name("from_dlpack", "name: str, tensor: object", name)
        if not name:
            raise TritonModelException(_EMPTY_NAME)
        if dlpack.is_capsule(tensor):
            return _over(name, dlpack.take_capsule(tensor))
        if not hasattr(tensor, "__dlpack__") or not hasattr(tensor, "__dlpack_device__"):
            raise TritonModelException(
                "Provided tensor is not supported. Tensor must be a DLPack capsule "
                "        or have `__dlpack__` and `__dlpack_device__` attributes"
            )
        device = int(tensor.__dlpack_device__()[0])
        if device not in (dlpack.CPU, dlpack.CUDA, dlpack.CUDA_HOST):
            raise TritonModelException(f"DLDevice type {device} is not support by Python backend.")
        # 1 names the default stream of the device, which copies of ours are ordered after.
        capsule = tensor.__dlpack__(stream=1 if device == dlpack.CUDA else None)
        if not dlpack.is_capsule(capsule):
            raise TypeError(
                f"Object of type '{type(capsule).__name__}' is not an instance of 'capsule'"
            )
        return _over(name, dlpack.take_capsule(capsule))

    def name(self) -> str:
        """The input's or output's name."""
        return self._name

    def shape(self) -> list:
        """The dimensions, with the batch's where the model has one."""
        return list(self._shape)

    def triton_dtype(self) -> int:
        """Triton's number for the datatype: what numpy_to_triton_type gives, and 14 for BF16."""
        return self._datatype

    def is_cpu(self) -> bool:
        """Whether the contents are in the host's memory."""
        return self._imported is None or self._imported.device[0] != dlpack.CUDA

    def as_numpy(self) -> np.ndarray:
        """The contents as an array: a view, and for BYTES an array of bytes objects. The same one each time."""
        array = self._array
        if array is not None and self._datatype != BF16:
            return array
        return self._make_array()

    def _make_array(self) -> np.ndarray:
        if self._imported is not None and not self.is_cpu():
            raise TritonModelException("Tensor is stored in GPU and cannot be converted to NumPy.")
        datatype = self._datatype
        if datatype == BF16:
            raise TritonModelException(
                "Tensor dtype is BF16 and cannot be converted to NumPy. "
                "Use to_dlpack() and from_dlpack() instead."
            )
        if datatype == BYTES:
            try:
                elements = read_elements(self._data)
            except ValueError as error:
                raise TritonModelException(str(error)) from None
            array = object_array(elements).reshape(self._shape)
        else:
            array = _ndarray(self._shape, FIXED_DTYPES[datatype], self._data)
        self._array = array
        return array

    def to_dlpack(self):
        """The contents as a DLPack capsule over the same memory, which lives as long as whoever takes it."""
        if self._datatype == BYTES:
            raise TritonModelException("DLPack does not have support for string tensors.")
        imported = self._imported
        if imported is not None:
            return dlpack.export_capsule(
                imported.address, imported.shape, imported.datatype, imported.device, imported
            )
        array = self._array
        if array is None:
            array = np.ndarray(self._shape, FIXED_DTYPES[self._datatype], self._data)
        return dlpack.export_capsule(
            array.ctypes.data, self._shape, self._datatype, (dlpack.CPU, 0), array
        )

    def __dlpack__(self, stream: object = None, **_):
        return self.to_dlpack()

    def __dlpack_device__(self) -> tuple:
        return (dlpack.CPU, 0) if self._imported is None else self._imported.device


def _checked_name(call: str, signature: str, given: object) -> str:
    name = text_from(given)
    if name is None:
        raise signature_error(call, signature, given)
    return name


def _over(name: str, imported: dlpack.Imported) -> Tensor:
    tensor = Tensor._from_wire(name, imported.datatype, imported.shape, None)
    tensor._imported = imported
    if imported.device[0] == dlpack.CPU:
        tensor._array = dlpack.array_over(imported)
    return tensor
