"""Finding things by name in requests, responses and configurations."""

from __future__ import annotations


def _by_name(tensors: list, name: str):
    for tensor in tensors:
        if tensor._name == name:
            return tensor
    return None


def get_input_tensor_by_name(inference_request, name: str):
    """The request's input of a name; None if it has none."""
    return _by_name(inference_request._inputs, name)


def get_output_tensor_by_name(inference_response, name: str):
    """The response's output of a name; None if it has none."""
    return _by_name(inference_response._outputs, name)


def _config_by_name(model_config: dict, kind: str, name: str):
    for properties in model_config.get(kind, ()):
        if properties["name"] == name:
            return properties
    return None


def get_input_config_by_name(model_config: dict, name: str):
    """The properties of an input in a configuration; None if it has none of that name."""
    return _config_by_name(model_config, "input", name)


def get_output_config_by_name(model_config: dict, name: str):
    """The properties of an output in a configuration; None if it has none of that name."""
    return _config_by_name(model_config, "output", name)


def using_decoupled_model_transaction_policy(model_config: dict) -> bool:
    """Whether a configuration says that the model answers requests as often as it likes."""
    policy = model_config.get("model_transaction_policy")
    return False if policy is None else policy["decoupled"]
