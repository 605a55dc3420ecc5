"""text BYTES [texts, 1] -> input_ids, attention_mask and token_type_ids INT64 [texts, length]."""

import sys
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

sys.path.append(str(Path(__file__).resolve().parents[3] / "python"))

from sentence_embedding import SentenceTokenizer, texts_of  # noqa: E402

NAMES = ("input_ids", "attention_mask", "token_type_ids")


class TritonPythonModel:
    def initialize(self, args):
        self.tokenizer = SentenceTokenizer(Path(pb_utils.get_model_dir()) / "tokenizer.json")

    def execute(self, requests):
        inputs = [pb_utils.get_input_tensor_by_name(one, "text").as_numpy() for one in requests]
        # The texts of all requests get one length: the encoder can then batch them again.
        arrays = self.tokenizer.encode(texts_of(np.concatenate(inputs)))
        ends = np.cumsum([len(one) for one in inputs])[:-1]
        parts = [np.split(array, ends) for array in arrays]
        return [
            pb_utils.InferenceResponse(
                [pb_utils.Tensor(name, part) for name, part in zip(NAMES, request_parts)]
            )
            for request_parts in zip(*parts)
        ]
