"""Asks other models what the Python in a request's CODE says, as an async execute, and answers with the outcome."""

import asyncio

import numpy as np
import triton_python_backend_utils as pb_utils


def ask(model, inputs, outputs, **rest):
    """A request to another model."""
    tensors = [pb_utils.Tensor(name, array) for name, array in inputs.items()]
    return pb_utils.InferenceRequest(
        model_name=model, inputs=tensors, requested_output_names=outputs, **rest
    )


def seen(response):
    """A response as plain values."""
    if response.has_error():
        return (response.error().message(), str(response.error().code()))
    return {tensor.name(): tensor.as_numpy().tolist() for tensor in response.output_tensors()}


async def outcome_of(code, names):
    """The value of the last line, awaited if it is to be, or the exception's type and message."""
    try:
        body, _, last = code.rpartition("\n")
        exec(body, names)
        value = eval(last, names)
        return repr(await value if asyncio.iscoroutine(value) or asyncio.isfuture(value) else value)
    except TypeError:
        return "TypeError"
    except Exception as error:
        return "%s: %s" % (type(error).__name__, error)


class TritonPythonModel:
    """One input CODE, one output RESULT, both one string."""

    async def execute(self, requests):
        responses = []
        for request in requests:
            code = pb_utils.get_input_tensor_by_name(request, "CODE").as_numpy()[0].decode()
            names = {
                "np": np,
                "pb": pb_utils,
                "request": request,
                "ask": ask,
                "seen": seen,
                "asyncio": asyncio,
            }
            text = await outcome_of(code, names)
            result = pb_utils.Tensor("RESULT", np.array([text], dtype=object))
            responses.append(pb_utils.InferenceResponse([result]))
        return responses
