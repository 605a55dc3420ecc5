"""Sums up X over each sequence; a negative X is an error and counts for nothing, a large one takes its time."""

import time

import numpy as np
import triton_python_backend_utils as pb_utils


def answer(total, text):
    """A response of one row."""
    return pb_utils.InferenceResponse(
        [
            pb_utils.Tensor("TOTAL", np.array([[total]], np.int32)),
            pb_utils.Tensor("SEEN", np.array([[text]], dtype=object)),
        ]
    )


SLOW_FROM = 1000
SLOW_SECONDS = 1.2


class TritonPythonModel:
    """The input X and the controls START, END, READY and ID; the outputs TOTAL and SEEN; all [1, 1]."""

    def initialize(self, args):
        self.totals = {}

    def execute(self, requests):
        return [self.respond(request) for request in requests]

    def respond(self, request):
        names = ("X", "START", "END", "READY", "ID")
        value, start, end, ready, key = (
            pb_utils.get_input_tensor_by_name(request, name).as_numpy().reshape(-1)[0]
            for name in names
        )
        if not ready:
            return answer(0, "")
        if value < 0:
            return pb_utils.InferenceResponse(error=pb_utils.TritonError("negative"))
        if value >= SLOW_FROM:
            time.sleep(SLOW_SECONDS)
        total = value + (0 if start else self.totals.get(key, 0))
        self.totals[key] = total
        if end:
            del self.totals[key]
        text = "start %d end %d ready %d id %d sequence %s flags %d" % (
            start, end, ready, key, request.correlation_id(), request.flags(),
        )  # fmt: skip
        return answer(total, text)
