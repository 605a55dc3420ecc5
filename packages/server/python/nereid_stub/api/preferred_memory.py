"""Where the outputs of a request that a model makes should lie."""

from __future__ import annotations

from .conversions import integer_from
from .identity import NamedNumber, shown_to_models, signature_error

_SIGNATURE = (
    "preferred_memory_type = TRITONSERVER_MEMORY_CPU or TRITONSERVER_MEMORY_GPU, "
    "preferred_device_id: int = 0"
)


@shown_to_models
class MemoryType(NamedNumber):
    """Kinds of memory that a model may prefer."""

    TRITONSERVER_MEMORY_GPU = 0
    TRITONSERVER_MEMORY_CPU = 1


TRITONSERVER_MEMORY_GPU = MemoryType.TRITONSERVER_MEMORY_GPU
TRITONSERVER_MEMORY_CPU = MemoryType.TRITONSERVER_MEMORY_CPU


@shown_to_models
class PreferredMemory:
    """A kind of memory and the device that has it."""

    __slots__ = ("_device_id", "_memory_type")

    def __init__(self, preferred_memory_type: MemoryType, preferred_device_id: int = 0) -> None:
        if not isinstance(preferred_memory_type, MemoryType):
            raise signature_error("PreferredMemory", _SIGNATURE, preferred_memory_type)
        device_id = integer_from(preferred_device_id, -(1 << 63), (1 << 63) - 1)
        if device_id is None:
            raise signature_error("PreferredMemory", _SIGNATURE, preferred_device_id)
        self._memory_type = preferred_memory_type
        self._device_id = device_id

    def _to_wire(self) -> list:
        return [int(self._memory_type), self._device_id]
