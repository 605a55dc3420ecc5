"""Copies what a tensor holds in the memory of a CUDA device to the host, through the driver's own library."""

from __future__ import annotations

import ctypes
import functools

import numpy as np

from .errors import TritonModelException


class _Driver:
    """The few calls of libcuda that a copy needs. All of them answer 0 for success."""

    def __init__(self) -> None:
        try:
            library = ctypes.CDLL("libcuda.so.1")
        except OSError:
            raise TritonModelException(
                "DLPack capsule passed pointer to memory allocated on GPU device, "
                "          when GPU is not available"
            ) from None
        self._library = library
        self.check("cuInit", 0)

    def check(self, call: str, *arguments) -> None:
        status = getattr(self._library, call)(*arguments)
        if status != 0:
            raise TritonModelException(
                f"Failed to copy a tensor from GPU: {call} answered {status}."
            )


@functools.lru_cache(maxsize=1)
def _driver() -> _Driver:
    return _Driver()


@functools.lru_cache(maxsize=64)
def _primary_context(device_id: int) -> ctypes.c_void_p:
    # Kept for the life of the process: it is the context that the model's own library uses.
    driver = _driver()
    device = ctypes.c_int()
    driver.check("cuDeviceGet", ctypes.byref(device), ctypes.c_int(device_id))
    context = ctypes.c_void_p()
    driver.check("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
    return context


def copied_to_host(imported) -> np.ndarray:
    """The bytes of a tensor on a device, after all work that was queued there before."""
    driver = _driver()
    target = np.empty(imported.byte_size, dtype=np.uint8)
    driver.check("cuCtxPushCurrent_v2", _primary_context(imported.device[1]))
    try:
        driver.check("cuCtxSynchronize")
        driver.check(
            "cuMemcpyDtoH_v2",
            ctypes.c_void_p(target.ctypes.data),
            ctypes.c_uint64(imported.address),
            ctypes.c_size_t(imported.byte_size),
        )
    finally:
        driver.check("cuCtxPopCurrent_v2", ctypes.byref(ctypes.c_void_p()))
    return target
