"""Runs the Python that a request brings, and answers with what its last line gives, or raises."""

import json

import numpy as np
import triton_python_backend_utils as pb_utils


def outcome_of(code, names):
    """The value of the code's last line as text, or the exception's type and message.

    Texts of TypeError are left out: they come from whatever made the bindings, and nobody depends on them.
    """
    try:
        body, _, last = code.rpartition("\n")
        exec(body, names)
        return repr(eval(last, names))
    except TypeError:
        return "TypeError"
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


class TritonPythonModel:
    """One input CODE, one output RESULT, both one string."""

    def initialize(self, args):
        self.args = args

    def execute(self, requests):
        return [self.respond(request) for request in requests]

    def respond(self, request):
        code = pb_utils.get_input_tensor_by_name(request, "CODE").as_numpy()[0].decode()
        names = {"np": np, "pb": pb_utils, "json": json, "request": request, "model": self}
        text = outcome_of(code, names)
        result = pb_utils.Tensor("RESULT", np.array([text], dtype=object))
        return pb_utils.InferenceResponse([result])
