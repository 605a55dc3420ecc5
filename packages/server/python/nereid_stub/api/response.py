"""InferenceResponse: tensors or an error."""

from __future__ import annotations

from .conversions import elements_from
from .errors import TritonError, TritonModelException
from .identity import shown_to_models, signature_error
from .parameters import checked_parameters, parameters_text
from .tensor import Tensor

_SIGNATURE = "output_tensors: list of Tensor, error: TritonError = None, parameters: dict = None"
_NO_ERROR = 255


def checked_tensors(given: object, call: str, signature: str, empty_message: str) -> list:
    """A list of the tensors of any sequence. Raises for what is none, and for None among them."""
    tensors = [*given] if type(given) is list else elements_from(given)
    if tensors is None:
        raise signature_error(call, signature, given)
    for tensor in tensors:
        if type(tensor) is not Tensor and not isinstance(tensor, Tensor):
            if tensor is None:
                raise TritonModelException(empty_message)
            raise signature_error(call, signature, given)
    return tensors


@shown_to_models
class InferenceResponse:
    """An answer to one request. One with an error has no outputs for the client."""

    __slots__ = ("_error", "_outputs", "_parameters")

    def __init__(
        self, output_tensors=(), error: TritonError | None = None, parameters=None
    ) -> None:
        self._outputs = checked_tensors(
            output_tensors,
            "InferenceResponse",
            _SIGNATURE,
            "Output tensor for inference response should not be empty.",
        )
        if error is not None and not isinstance(error, TritonError):
            raise signature_error("InferenceResponse", _SIGNATURE, error)
        self._error = error
        self._parameters = None if parameters is None else checked_parameters(parameters)

    @classmethod
    def _received(cls, outputs: list, error: TritonError | None, parameters) -> InferenceResponse:
        """What a model that was asked has answered."""
        response = cls.__new__(cls)
        response._outputs = outputs
        response._error = error
        response._parameters = parameters
        return response

    def _to_wire(self):
        """Code (255: no error), message, parameters as JSON text (empty: none) and outputs."""
        error = self._error
        if error is not None:
            return int(error._code), error._message, "", []
        parameters = self._parameters
        return _NO_ERROR, "", parameters_text(parameters) if parameters else "", self._outputs

    def output_tensors(self) -> list:
        """The outputs, in the order in which they were given."""
        return list(self._outputs)

    def has_error(self) -> bool:
        """Whether error() is one."""
        return self._error is not None

    def error(self) -> TritonError | None:
        """What went wrong; None if nothing did."""
        return self._error

    def parameters(self) -> str:
        """The parameters as JSON text."""
        return parameters_text(self._parameters)
