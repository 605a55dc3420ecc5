"""The few names of the API that the transport uses, found late: the API is imported after the channel exists."""

import importlib

_api = None


class Api:
    """What the transport calls; see "The boundary inside the stub" in PROTOCOL.md."""

    def __init__(self, utilities):
        self.Tensor = utilities.Tensor
        self.InferenceRequest = utilities.InferenceRequest
        self.InferenceResponse = utilities.InferenceResponse
        self.ModelConfig = utilities.ModelConfig
        self.utilities = utilities


def api():
    """The API, imported once."""
    global _api
    if _api is None:
        _api = Api(importlib.import_module("triton_python_backend_utils"))
    return _api
