"""Sends for each request what its CODE sends; execute returns what RETURN, if given, evaluates to."""

import threading

import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL


def answer(value):
    """A response with one string."""
    return pb_utils.InferenceResponse([pb_utils.Tensor("RESULT", np.array([value], dtype=object))])


def failure(*arguments):
    """A response that is an error, of a message and perhaps a code."""
    return pb_utils.InferenceResponse(error=pb_utils.TritonError(*arguments))


def text_of(function):
    """What a call that should fail says."""
    try:
        function()
        return "nothing was raised"
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


def in_thread(function):
    """Runs something on a thread that outlives execute."""
    threading.Thread(target=function).start()


class TritonPythonModel:
    """One input CODE and an optional RETURN; the output RESULT."""

    def execute(self, requests):
        returned = None
        for request in requests:
            sender = request.get_response_sender()
            names = {
                "np": np,
                "pb": pb_utils,
                "request": request,
                "sender": sender,
                "answer": answer,
                "failure": failure,
                "in_thread": in_thread,
                "text_of": text_of,
                "FINAL": FINAL,
            }
            exec(pb_utils.get_input_tensor_by_name(request, "CODE").as_numpy()[0].decode(), names)
            given = pb_utils.get_input_tensor_by_name(request, "RETURN")
            if given is not None:
                returned = eval(given.as_numpy()[0].decode(), names)
        return returned
