"""Datatypes: Triton's numbers, numpy's types, and how elements of bytes are written."""

from __future__ import annotations

import struct

import numpy as np

BOOL, UINT8, UINT16, UINT32, UINT64 = 1, 2, 3, 4, 5
INT8, INT16, INT32, INT64 = 6, 7, 8, 9
FP16, FP32, FP64, BYTES, BF16 = 10, 11, 12, 13, 14

TRITON_STRING_TO_NUMPY = {
    "TYPE_BOOL": bool,
    "TYPE_UINT8": np.uint8,
    "TYPE_UINT16": np.uint16,
    "TYPE_UINT32": np.uint32,
    "TYPE_UINT64": np.uint64,
    "TYPE_INT8": np.int8,
    "TYPE_INT16": np.int16,
    "TYPE_INT32": np.int32,
    "TYPE_INT64": np.int64,
    "TYPE_FP16": np.float16,
    "TYPE_FP32": np.float32,
    "TYPE_FP64": np.float64,
    "TYPE_STRING": np.object_,
}

_NUMPY_TYPES = {
    BOOL: np.bool_,
    UINT8: np.uint8,
    UINT16: np.uint16,
    UINT32: np.uint32,
    UINT64: np.uint64,
    INT8: np.int8,
    INT16: np.int16,
    INT32: np.int32,
    INT64: np.int64,
    FP16: np.float16,
    FP32: np.float32,
    FP64: np.float64,
    BYTES: np.object_,
}

#: numpy's dtype by Triton's number, for the datatypes of fixed size (BF16 has none and reads as two bytes).
FIXED_DTYPES = {number: np.dtype(kind) for number, kind in _NUMPY_TYPES.items() if number != BYTES}
FIXED_DTYPES[BF16] = np.dtype(np.uint16)

#: Triton's number by numpy's dtype. Other byte orders are other dtypes and not among them.
NUMBERS = {np.dtype(kind): number for number, kind in _NUMPY_TYPES.items()}

_LENGTH = struct.Struct("<I")


def datatype_of(dtype: np.dtype) -> int | None:
    """Triton's number for the elements of an array; None if there is none."""
    number = NUMBERS.get(dtype)
    if number is None and dtype.kind == "S":
        return BYTES
    return number


def triton_to_numpy_type(data_type: int):
    """numpy's scalar type for Triton's number; None for those without (BF16, unknown ones)."""
    return _NUMPY_TYPES.get(data_type)


def numpy_to_triton_type(data_type) -> int | None:
    """Triton's number for a numpy type; None if there is none."""
    for number, kind in _NUMPY_TYPES.items():
        if data_type == kind:
            return number
    return BYTES if data_type == np.bytes_ else None


def triton_string_to_numpy(triton_type_string: str):
    """numpy's type for a datatype as configurations write it. Raises KeyError for unknown ones."""
    return TRITON_STRING_TO_NUMPY[triton_type_string]


def serialize_byte_tensor(input_tensor: np.ndarray):
    """The elements in C order, each after its length (four bytes, little-endian).

    Strings are UTF-8, other objects what str() makes of them. An empty array gives (), and one of another
    datatype None.
    """
    if input_tensor.size == 0:
        return ()
    if input_tensor.dtype != np.object_ and input_tensor.dtype.type != np.bytes_:
        return None
    return serialize_elements(input_tensor)


def serialize_elements(array: np.ndarray) -> bytes:
    """What serialize_byte_tensor writes, for an array of objects or of bytes that may be empty."""
    pack = _LENGTH.pack
    parts = []
    append = parts.append
    for element in array.ravel().tolist():
        if type(element) is not bytes:
            element = str(element).encode("utf-8")
        append(pack(len(element)))
        append(element)
    return b"".join(parts)


def deserialize_bytes_tensor(encoded_tensor) -> np.ndarray:
    """The elements of what serialize_byte_tensor wrote, as a flat array of bytes objects.

    Raises struct.error if a length or an element is cut short.
    """
    elements = []
    offset = 0
    end = len(encoded_tensor)
    while offset < end:
        (size,) = _LENGTH.unpack_from(encoded_tensor, offset)
        offset += 4
        (element,) = struct.unpack_from(f"<{size}s", encoded_tensor, offset)
        offset += size
        elements.append(element)
    return object_array(elements)


def object_array(elements: list) -> np.ndarray:
    """A flat array of objects; numpy must not guess a shape from what the elements are."""
    array = np.empty(len(elements), dtype=np.object_)
    array[:] = elements
    return array


def read_elements(data) -> list:
    """The elements of a BYTES tensor as it travels, as bytes objects.

    Raises ValueError with the server's words for what is cut short.
    """
    raw = bytes(data)
    elements = []
    append = elements.append
    unpack = _LENGTH.unpack_from
    offset = 0
    end = len(raw)
    while offset < end:
        if offset + 4 > end:
            raise ValueError("Invalid bytes tensor data: incomplete length field")
        (size,) = unpack(raw, offset)
        offset += 4
        if offset + size > end:
            raise ValueError("Invalid bytes tensor data: string extends beyond buffer")
        append(raw[offset : offset + size])
        offset += size
    return elements
