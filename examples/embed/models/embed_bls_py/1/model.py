"""text BYTES [texts, 1] -> embedding FP32 [texts, width]: tokenizes, calls the encoder once for a batch, and pools."""

import sys
from pathlib import Path

import numpy as np
import triton_python_backend_utils as pb_utils

sys.path.append(str(Path(__file__).resolve().parents[3] / "python"))

from sentence_embedding import SentenceTokenizer, pool_sentences, texts_of  # noqa: E402


class TritonPythonModel:
    def initialize(self, args):
        self.tokenizer = SentenceTokenizer(Path(pb_utils.get_model_dir()) / "tokenizer.json")

    def execute(self, requests):
        inputs = [pb_utils.get_input_tensor_by_name(one, "text").as_numpy() for one in requests]
        ids, mask, types = self.tokenizer.encode(texts_of(np.concatenate(inputs)))
        encoded = pb_utils.InferenceRequest(
            model_name="embed_encoder",
            requested_output_names=["last_hidden_state"],
            inputs=[
                pb_utils.Tensor("input_ids", ids),
                pb_utils.Tensor("attention_mask", mask),
                pb_utils.Tensor("token_type_ids", types),
            ],
        ).exec()
        if encoded.has_error():
            raise pb_utils.TritonModelException(encoded.error().message())
        hidden = pb_utils.get_output_tensor_by_name(encoded, "last_hidden_state").as_numpy()
        embeddings = pool_sentences(hidden, mask)
        ends = np.cumsum([len(one) for one in inputs])[:-1]
        return [
            pb_utils.InferenceResponse([pb_utils.Tensor("embedding", part)])
            for part in np.split(embeddings, ends)
        ]
