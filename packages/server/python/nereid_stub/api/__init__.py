"""What models see, one concept a file. `triton_python_backend_utils` gives all of it its public names.

The channel to the server (`nereid_stub.channel`) calls the methods that begin with an underscore; PROTOCOL.md lists
them. Beside those: `InferenceRequest._note_response(response, flags)` before a returned response is sent, and
`_close_sender()` when a batch has failed.
"""

from __future__ import annotations

from .model_config import ModelConfig
from .request import InferenceRequest
from .response import InferenceResponse
from .tensor import Tensor

__all__ = ["InferenceRequest", "InferenceResponse", "ModelConfig", "Tensor"]
