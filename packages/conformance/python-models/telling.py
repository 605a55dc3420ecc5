"""Gives X back as Y, and in SEEN what its request says of itself; a negative X is an error."""

import json

import numpy as np
import triton_python_backend_utils as pb_utils


def seen(request):
    """What a request says of itself, as a tensor."""
    said = {
        "id": request.request_id(),
        "sequence": request.correlation_id(),
        "flags": request.flags(),
        "parameters": json.loads(request.parameters() or "{}"),
        "timeout": request.timeout(),
        "outputs": sorted(request.requested_output_names()),
    }
    return pb_utils.Tensor("SEEN", np.array([json.dumps(said, sort_keys=True)], dtype=object))


class TritonPythonModel:
    """One input X; outputs Y and SEEN."""

    def execute(self, requests):
        return [self.respond(request) for request in requests]

    def respond(self, request):
        values = pb_utils.get_input_tensor_by_name(request, "X").as_numpy().copy()
        if (values < 0).any():
            code = pb_utils.TritonError.NOT_FOUND
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("negative", code))
        return pb_utils.InferenceResponse([pb_utils.Tensor("Y", values), seen(request)])
