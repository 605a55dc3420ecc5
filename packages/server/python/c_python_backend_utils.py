"""The module whose classes models name in annotations: the same ones as triton_python_backend_utils has."""

from __future__ import annotations

from nereid_stub.api.errors import TritonError, TritonModelException
from nereid_stub.api.logger import Logger
from nereid_stub.api.metrics import Metric, MetricFamily, MetricKind
from nereid_stub.api.models import is_model_ready, load_model, unload_model
from nereid_stub.api.preferred_memory import (
    TRITONSERVER_MEMORY_CPU,
    TRITONSERVER_MEMORY_GPU,
    MemoryType,
    PreferredMemory,
)
from nereid_stub.api.request import InferenceRequest
from nereid_stub.api.response import InferenceResponse
from nereid_stub.api.response_iterator import ResponseIterator
from nereid_stub.api.response_sender import InferenceResponseSender
from nereid_stub.api.tensor import Tensor
from nereid_stub.api.trace import InferenceTrace

__all__ = [name for name in dict(globals()) if not name.startswith("_") and name != "annotations"]
