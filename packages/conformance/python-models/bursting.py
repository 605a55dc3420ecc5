"""Answers once for each element of X that is not negative; negative ones stand for what can go wrong."""

import json
import time

import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL

FAIL = -1
RAISE = -2
LEAVE_Y_OUT = -3
FAIL_FOR_GOOD = -4
NOTHING = -6
PAUSE = -7

PAUSE_SECONDS = 0.3


def failure():
    """A response that is an error."""
    error = pb_utils.TritonError("mine", pb_utils.TritonError.UNAVAILABLE)
    return pb_utils.InferenceResponse(error=error)


def answer(request, value):
    """A response with the element, unless that is left out, and with what the request says of itself."""
    said = {"id": request.request_id(), "flags": request.flags()}
    seen = pb_utils.Tensor("SEEN", np.array([json.dumps(said)], dtype=object))
    if value == LEAVE_Y_OUT:
        return pb_utils.InferenceResponse([seen])
    return pb_utils.InferenceResponse([pb_utils.Tensor("Y", np.array([value], np.int32)), seen])


class TritonPythonModel:
    """One input X; outputs Y and SEEN, as often as X has elements."""

    def execute(self, requests):
        for request in requests:
            self.respond(request)

    def respond(self, request):
        sender = request.get_response_sender()
        for value in pb_utils.get_input_tensor_by_name(request, "X").as_numpy():
            if value == FAIL:
                sender.send(failure())
            elif value == FAIL_FOR_GOOD:
                sender.send(failure(), FINAL)
                return
            elif value == RAISE:
                raise ValueError("no such luck")
            elif value == PAUSE:
                time.sleep(PAUSE_SECONDS)
            elif value == NOTHING:
                continue
            else:
                sender.send(answer(request, value))
        sender.send(flags=FINAL)
