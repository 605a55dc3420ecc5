"""last_hidden_state FP32 [texts, length, width], attention_mask INT64 [texts, length] -> embedding FP32 [texts, width]."""

import sys
from pathlib import Path

import triton_python_backend_utils as pb_utils

sys.path.append(str(Path(__file__).resolve().parents[3] / "python"))

from sentence_embedding import pool_sentences  # noqa: E402


def _array(request, name):
    return pb_utils.get_input_tensor_by_name(request, name).as_numpy()


class TritonPythonModel:
    def execute(self, requests):
        # Request by request: their lengths may differ.
        return [
            pb_utils.InferenceResponse(
                [
                    pb_utils.Tensor(
                        "embedding",
                        pool_sentences(
                            _array(request, "last_hidden_state"), _array(request, "attention_mask")
                        ),
                    )
                ]
            )
            for request in requests
        ]
