"""Parameters of requests and responses: checked when a model gives them, written as JSON when somebody reads them."""

from __future__ import annotations

import json

from .errors import TritonModelException

NONE = "{}"


def checked_parameters(given: object) -> dict | None:
    """A copy of the parameters that a model gave; None for none.

    Raises TritonModelException for anything but a dict of str to bool, int or str.
    """
    if given is None:
        return None
    if not isinstance(given, dict):
        raise TritonModelException(f"Expect parameters to have type dict, found type {type(given)}")
    for key, value in given.items():
        if not isinstance(key, str):
            raise TritonModelException(
                f"Expect parameters keys to have type str, found type {type(key)}"
            )
        if not isinstance(value, (bool, int, str)):
            raise TritonModelException(
                f"Expect parameters values to have type bool/int/str, found type {type(value)}"
            )
    return dict(given) or None


def parameters_text(parameters: dict | str | None) -> str:
    """The JSON text of parameters, which may be one already."""
    if not parameters:
        return NONE
    return parameters if isinstance(parameters, str) else json.dumps(parameters)
