"""Returns from execute whatever the Python in its first request's CODE gives, or raises what that raises."""

import numpy as np
import triton_python_backend_utils as pb_utils


def answer(name="RESULT", value=b"done", **rest):
    """A response with one string."""
    tensor = pb_utils.Tensor(name, np.array([value], dtype=object))
    return pb_utils.InferenceResponse([tensor], **rest)


def send_final(request):
    """Ends a request through its sender."""
    request.get_response_sender().send(flags=pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL)


class TritonPythonModel:
    """One input CODE; RESULT, NUMBERS and OTHER are outputs that an answer may have."""

    def execute(self, requests):
        code = pb_utils.get_input_tensor_by_name(requests[0], "CODE").as_numpy()[0].decode()
        names = {
            "np": np,
            "pb": pb_utils,
            "requests": requests,
            "request": requests[0],
            "sender": requests[0].get_response_sender(),
            "answer": answer,
            "send_final": send_final,
        }
        body, _, last = code.rpartition("\n")
        exec(body, names)
        return eval(last, names)
