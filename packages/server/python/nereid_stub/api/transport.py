"""Where the API finds the server: the channel of this process, which outside a stub there is none."""

from __future__ import annotations

import importlib

from .errors import TritonModelException


def channel():
    """The channel to the server. Raises TritonModelException where no server is, as in a model's own unit tests."""
    current = importlib.import_module("nereid_stub.channel").current()
    if current is None:
        raise TritonModelException("This is only supported in a model that a server runs.")
    return current


def failure_in_server(model, reason: object) -> str:
    """How the server's side of the backend words what it was asked for and could not do."""
    return f"Failed to process the request for model '{model.instance_name}', message: {reason}"
