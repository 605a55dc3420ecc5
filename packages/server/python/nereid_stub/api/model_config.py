"""ModelConfig: what auto_complete_config completes, and refuses to contradict."""

from __future__ import annotations

import json

_INPUT_PROPERTIES = ("name", "data_type", "dims", "optional")
_OUTPUT_PROPERTIES = ("name", "data_type", "dims")
_ALLOWED_TEXT = {
    "input": "'name', 'data_type', 'dims' and 'optional'",
    "output": "'name', 'data_type' and 'dims'",
}


class ModelConfig:
    """A model's configuration, as its JSON form. Each method raises ValueError where the file says otherwise."""

    def __init__(self, model_config) -> None:
        self._model_config = (
            json.loads(model_config) if isinstance(model_config, (str, bytes)) else model_config
        )

    def as_dict(self) -> dict:
        """The configuration itself. It is to be read; changes go through the methods."""
        return self._model_config

    def set_max_batch_size(self, max_batch_size: int) -> None:
        """Sets the largest batch, which must not be smaller than the one that the file has."""
        specified = self._model_config["max_batch_size"]
        if specified > max_batch_size:
            raise ValueError(
                f"configuration specified max_batch_size {specified}, but in auto-complete-config function for model "
                f"'{self._name()}' specified max_batch_size {max_batch_size}"
            )
        self._model_config["max_batch_size"] = max_batch_size

    def set_dynamic_batching(self) -> None:
        """Turns the dynamic batcher on, unless the file has chosen a scheduler that is another."""
        for choice in ("sequence_batching", "ensemble_scheduling"):
            if choice in self._model_config:
                raise ValueError(
                    f"Configuration specified scheduling_choice as '{choice}', but auto-complete-config function for "
                    f"model '{self._name()}' tries to set scheduling_choice as 'dynamic_batching'"
                )
        self._model_config.setdefault("dynamic_batching", {})

    def add_input(self, input: dict) -> None:
        """Adds an input of 'name', 'data_type', 'dims' and perhaps 'optional', or completes the file's."""
        self._check_properties("input", input, _INPUT_PROPERTIES)
        self._add("input", input)

    def add_output(self, output: dict) -> None:
        """Adds an output of 'name', 'data_type' and 'dims', or completes the file's."""
        self._check_properties("output", output, _OUTPUT_PROPERTIES)
        self._add("output", output)

    def set_model_transaction_policy(self, transaction_policy_dict: dict) -> None:
        """Says with 'decoupled' whether the model answers each request as often as it likes."""
        for key in transaction_policy_dict:
            if key != "decoupled":
                raise ValueError(
                    "model transaction property in auto-complete-config function for model "
                    f"'{self._name()}' contains property other than 'decoupled'."
                )
        policy = self._model_config.setdefault("model_transaction_policy", {})
        if "decoupled" not in transaction_policy_dict:
            return
        is_decoupled = transaction_policy_dict["decoupled"]
        if "decoupled" in policy and policy["decoupled"] != is_decoupled:
            raise ValueError(
                f"trying to change decoupled property in auto-complete-config for model '{self._name()}', "
                f"which is already set to '{policy['decoupled']}'."
            )
        policy["decoupled"] = is_decoupled

    def _name(self) -> str:
        return self._model_config["name"]

    def _check_properties(self, kind: str, given: dict, allowed: tuple) -> None:
        function = f"in auto-complete-config function for model '{self._name()}'"
        for key in given:
            if key not in allowed:
                # Without a name this is a KeyError, as in the server that models were written for.
                raise ValueError(
                    f"{kind} '{given['name']}' {function} contains property other than {_ALLOWED_TEXT[kind]}."
                )
        if "name" not in given:
            raise ValueError(f"{kind} {function} is missing 'name' property.")
        for key in ("data_type", "dims"):
            if key not in given:
                raise ValueError(
                    f"{kind} '{given['name']}' {function} is missing '{key}' property."
                )

    def _add(self, kind: str, given: dict) -> None:
        for current in self._model_config[kind]:
            if current["name"] == given["name"]:
                self._check_agreement(kind, current, given)
                current.update(given)
                return
        self._model_config[kind].append(given)

    def _check_agreement(self, kind: str, current: dict, given: dict) -> None:
        name = given["name"]
        if current["data_type"] not in ("TYPE_INVALID", given["data_type"]):
            raise ValueError(
                f"unable to load model '{self._name()}', configuration expects datatype {current['data_type']} "
                f"for {kind} '{name}', model provides {given['data_type']}"
            )
        if current["dims"] and current["dims"] != given["dims"]:
            self._refuse(name, "dims", current, given)
        if (
            "optional" in current
            and "optional" in given
            and current["optional"] != given["optional"]
        ):
            self._refuse(name, "optional", current, given)

    def _refuse(self, name: str, key: str, current: dict, given: dict) -> None:
        raise ValueError(
            f"model '{self._name()}', tensor '{name}': the model expects {key} {given[key]} "
            f"but the model configuration specifies {key} {current[key]}"
        )
