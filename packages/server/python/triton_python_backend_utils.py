"""The module that models import. Everything in it is documented where it is made, in nereid_stub.api."""

from __future__ import annotations

import json
import struct

import numpy as np

from nereid_stub.api.batch import Batch, split_outputs, stack_inputs
from nereid_stub.api.datatypes import (
    TRITON_STRING_TO_NUMPY,
    deserialize_bytes_tensor,
    numpy_to_triton_type,
    serialize_byte_tensor,
    triton_string_to_numpy,
    triton_to_numpy_type,
)
from nereid_stub.api.errors import TritonError, TritonModelException
from nereid_stub.api.logger import Logger
from nereid_stub.api.lookup import (
    get_input_config_by_name,
    get_input_tensor_by_name,
    get_output_config_by_name,
    get_output_tensor_by_name,
    using_decoupled_model_transaction_policy,
)
from nereid_stub.api.metrics import Metric, MetricFamily
from nereid_stub.api.model_config import ModelConfig
from nereid_stub.api.models import get_model_dir, is_model_ready, load_model, unload_model
from nereid_stub.api.preferred_memory import (
    TRITONSERVER_MEMORY_CPU,
    TRITONSERVER_MEMORY_GPU,
    PreferredMemory,
)
from nereid_stub.api.request import InferenceRequest
from nereid_stub.api.response import InferenceResponse
from nereid_stub.api.response_iterator import ResponseIterator
from nereid_stub.api.response_sender import InferenceResponseSender
from nereid_stub.api.tensor import Tensor
from nereid_stub.api.trace import InferenceTrace

ModelConfig.__module__ = __name__

TRITONSERVER_REQUEST_FLAG_SEQUENCE_START = 1
TRITONSERVER_REQUEST_FLAG_SEQUENCE_END = 2
TRITONSERVER_RESPONSE_COMPLETE_FINAL = 1
TRITONSERVER_REQUEST_RELEASE_ALL = 1
TRITONSERVER_REQUEST_RELEASE_RESCHEDULE = 2

# Models find the modules json, struct and np here, because those of the server they were written for did.
__all__ = [name for name in dict(globals()) if not name.startswith("_") and name != "annotations"]
