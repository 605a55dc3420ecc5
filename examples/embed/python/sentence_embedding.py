"""What the Python models of this folder share: tokenizing sentences, and pooling what an encoder says of them."""

import numpy as np
from tokenizers import Tokenizer

TOKENS_MAX = 128
"""Longer texts are cut."""

LENGTH_MULTIPLE = 16
"""Texts are filled up to a multiple of this, so that those of like length can be batched."""


class SentenceTokenizer:
    """The tokenizer of a sentence encoder, from a tokenizer.json."""

    def __init__(self, path):
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.enable_truncation(max_length=TOKENS_MAX)
        self._tokenizer.enable_padding(pad_to_multiple_of=LENGTH_MULTIPLE)

    def encode(self, texts):
        """Ids, mask and types of some texts, int64 [texts, length], all at one length."""
        encodings = self._tokenizer.encode_batch(texts)
        ids = np.array([encoding.ids for encoding in encodings], dtype=np.int64)
        mask = np.array([encoding.attention_mask for encoding in encodings], dtype=np.int64)
        return ids, mask, np.zeros_like(ids)


def pool_sentences(features, mask):
    """One vector a text, of length 1: the mean of its tokens' features, normalised. float32 [texts, width]"""
    weights = mask[:, :, np.newaxis].astype(features.dtype)
    mean = (features * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
    norm = np.linalg.norm(mean, axis=1, keepdims=True)
    return (mean / np.maximum(norm, 1e-12)).astype(np.float32)


def texts_of(array):
    """The texts of a BYTES tensor [texts, 1]."""
    return [text.decode("utf-8", "replace") for text in array.reshape(-1)]
