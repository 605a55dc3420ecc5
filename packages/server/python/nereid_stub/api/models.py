"""Loading, unloading and asking after models, and the folder of the model that runs."""

from __future__ import annotations

import numpy as np

from . import transport
from .conversions import flag_from, text_from
from .datatypes import UINT8
from .errors import TritonModelException
from .identity import signature_error
from .tensor import Tensor

_LOAD_SIGNATURE = "model_name: str, config: str = '', files: dict = None"


def _checked_text(call: str, signature: str, given: object) -> str:
    text = text_from(given)
    if text is None:
        raise signature_error(call, signature, given)
    return text


def _ask(failure: str, method: str, payload: dict, tensors=()) -> dict:
    channel = transport.channel()
    try:
        answer, _ = channel.call(method, payload, tensors)
    except Exception as error:
        reason = transport.failure_in_server(channel.model, error)
        raise TritonModelException(f"{failure}: {reason}") from None
    return answer


def _file_tensors(model_name: str, files: object) -> list:
    if files is None:
        return []
    if not isinstance(files, dict):
        raise TritonModelException(
            f"failed to load model '{model_name}', files should be a dictionary of file paths and file contents"
        )
    tensors = []
    for path, content in files.items():
        name = _checked_text("load_model", _LOAD_SIGNATURE, path)
        if not isinstance(content, bytes):
            raise TypeError(
                f"Object of type '{type(content).__name__}' is not an instance of 'bytes'"
            )
        data = np.frombuffer(content, dtype=np.uint8)
        tensors.append(Tensor._from_wire(name, UINT8, data.shape, data))
    return tensors


def load_model(model_name: str, config: str = "", files: dict | None = None) -> None:
    """Loads a model, or reloads it. `files` has "file:<path>" and contents, and needs a configuration (JSON text).

    Raises TritonModelException with the server's reason.
    """
    payload = {
        "name": _checked_text("load_model", _LOAD_SIGNATURE, model_name),
        "config": _checked_text("load_model", _LOAD_SIGNATURE, config),
    }
    _ask("Failed to load model", "load_model", payload, _file_tensors(model_name, files))


def unload_model(model_name: str, unload_dependents: bool = False) -> None:
    """Unloads a model, and with `unload_dependents` those that an ensemble consists of.

    Raises TritonModelException with the server's reason.
    """
    signature = "model_name: str, unload_dependents: bool = False"
    name = _checked_text("unload_model", signature, model_name)
    with_dependents = flag_from(unload_dependents)
    if with_dependents is None:
        raise signature_error("unload_model", signature, unload_dependents)
    payload = {"name": name, "unloadDependents": with_dependents}
    _ask("Failed to unload model", "unload_model", payload)


def is_model_ready(model_name: str, model_version: str = "") -> bool:
    """Whether a version of a model (by default its greatest) can be asked.

    Raises TritonModelException for a version that is no number above 0.
    """
    signature = "model_name: str, model_version: str = ''"
    payload = {
        "name": _checked_text("is_model_ready", signature, model_name),
        "version": _checked_text("is_model_ready", signature, model_version),
    }
    return _ask("Failed to check model readiness", "is_model_ready", payload)["isReady"]


def get_model_dir() -> str:
    """The version's folder: where model.py lies, or a python-based backend's data."""
    return transport.channel().model.version_directory
