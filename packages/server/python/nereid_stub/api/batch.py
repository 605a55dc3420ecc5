"""A batch of requests as one array, and the results of one run as the answers of each.

A model gets a list of requests, each with one or more rows. Running it once over all rows is what batching is for:

    def execute(self, requests):
        batch = pb_utils.stack_inputs(requests, "INPUT0")
        result = self.model(batch.array)
        return pb_utils.split_outputs(batch, {"OUTPUT0": result})
"""

from __future__ import annotations

import numpy as np

from .errors import TritonError, TritonModelException
from .lookup import get_input_tensor_by_name
from .response import InferenceResponse
from .tensor import Tensor


class Batch:
    """The rows of some requests, one after the other, and how many are whose."""

    __slots__ = ("array", "row_counts")

    def __init__(self, array: np.ndarray, row_counts: list) -> None:
        self.array = array
        self.row_counts = row_counts


def stack_inputs(requests: list, name: str, pad_value: object = None) -> Batch:
    """One input of all requests as one array along the first dimension. One request is a view, more are copied.

    With `pad_value`, rows of different sizes are filled up at their ends to the largest in each dimension.
    Raises TritonModelException if a request lacks the input, or shapes differ and there is no `pad_value`.
    """
    arrays = []
    for request in requests:
        tensor = get_input_tensor_by_name(request, name)
        if tensor is None:
            raise TritonModelException(
                f"input '{name}' is missing in request '{request.request_id()}'"
            )
        array = tensor.as_numpy()
        if array.ndim == 0:
            raise TritonModelException(f"input '{name}' has no first dimension to stack along")
        arrays.append(array)
    row_counts = [array.shape[0] for array in arrays]
    if not arrays:
        raise TritonModelException("there are no requests to stack")
    if len({array.shape[1:] for array in arrays}) > 1:
        arrays = _padded(arrays, name, pad_value)
    array = arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
    return Batch(array, row_counts)


def split_outputs(batch: Batch, outputs: dict, parameters: dict | None = None) -> list:
    """A response for each request of a batch, with its rows of each output: views, not copies.

    An output whose rows are not as many as the batch's is an error of every response.
    """
    total = sum(batch.row_counts)
    arrays = {name: np.asarray(array) for name, array in outputs.items()}
    for name, array in arrays.items():
        if array.ndim == 0 or array.shape[0] != total:
            message = f"output '{name}' has shape {list(array.shape)}, expected {total} rows for the batch"
            return [InferenceResponse(error=TritonError(message)) for _ in batch.row_counts]
    responses = []
    start = 0
    for row_count in batch.row_counts:
        end = start + row_count
        tensors = [Tensor(name, array[start:end]) for name, array in arrays.items()]
        responses.append(InferenceResponse(tensors, parameters=parameters))
        start = end
    return responses


def _padded(arrays: list, name: str, pad_value: object) -> list:
    shapes = sorted({array.shape[1:] for array in arrays})
    if pad_value is None or len({len(shape) for shape in shapes}) > 1:
        raise TritonModelException(
            f"input '{name}' has rows of different shapes {[list(shape) for shape in shapes]}; "
            "group requests by shape or give a pad_value"
        )
    extents = [max(sizes) for sizes in zip(*shapes)]
    padded = []
    for array in arrays:
        target = np.full((array.shape[0], *extents), pad_value, dtype=array.dtype)
        target[tuple(slice(0, size) for size in array.shape)] = array
        padded.append(target)
    return padded
