"""Answers a request round after round, X times: it gives the request back after each but the last."""

import json
import time

import numpy as np
import triton_python_backend_utils as pb_utils

FINAL = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL
RESCHEDULE = pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE

RAISE_IN_ROUND_2 = -1
FAIL_IN_ROUND_2 = -2

ROUND_SECONDS = 0.02

# Smaller ones are the server's: which of them depends on what ran before.
CLIENT_IDS_FROM = 70


def first_of(request, name):
    """The only element of an input, or None if there is no such input."""
    tensor = pb_utils.get_input_tensor_by_name(request, name)
    return None if tensor is None else tensor.as_numpy().reshape(-1)[0]


def answer(number, text):
    """A response of one row."""
    y = pb_utils.Tensor("Y", np.array([[number]], np.int32))
    seen = pb_utils.Tensor("SEEN", np.array([[text]], dtype=object))
    return pb_utils.InferenceResponse([y, seen])


class TritonPythonModel:
    """The input X, and the controls START, END, READY and ID unless there are none; the outputs Y and SEEN."""

    def initialize(self, args):
        policy = json.loads(args["model_config"]).get("model_transaction_policy", {})
        self.is_decoupled = policy.get("decoupled", False)
        self.rounds = {}

    def execute(self, requests):
        time.sleep(ROUND_SECONDS)
        responses = [self.respond(request) for request in requests]
        return None if self.is_decoupled else responses

    def respond(self, request):
        start, end, ready, key = (
            first_of(request, name) for name in ("START", "END", "READY", "ID")
        )
        if ready == 0:
            return self.send(request, answer(0, ""), True)
        number = 1 if start else self.rounds.get(key, 0) + 1
        self.rounds[key] = number
        name = "new" if key is not None and key < CLIENT_IDS_FROM else key
        text = "start %s end %s id %s flags %d" % (start, end, name, request.flags())
        rounds = first_of(request, "X")
        if rounds < 0 and number == 2:
            if rounds == RAISE_IN_ROUND_2:
                raise ValueError("no such luck")
            error = pb_utils.InferenceResponse(error=pb_utils.TritonError("mine"))
            return self.send(request, error, True)
        return self.send(request, answer(number, text), 0 <= rounds <= number)

    def send(self, request, response, is_last):
        """Answers, or gives the request back: a model that answers once says nothing until then."""
        if not is_last:
            request.set_release_flags(RESCHEDULE)
        if self.is_decoupled:
            request.get_response_sender().send(response, FINAL if is_last else 0)
            return None
        return response if is_last else None
