"""Metrics of models on the server's metrics page."""

from __future__ import annotations

import sys
import threading

from . import transport
from .conversions import text_from
from .errors import TritonModelException
from .identity import NamedNumber, shown_to_models, signature_error


@shown_to_models
class MetricKind(NamedNumber):
    """What a family's metrics can do."""

    COUNTER = 0
    GAUGE = 1
    HISTOGRAM = 2


_DELETED = (
    "Invalid metric operation as the corresponding 'MetricFamily' has been deleted. "
    "The 'MetricFamily' object should be deleted AFTER its corresponding 'Metric' objects have been deleted."
)


def _ask(channel, failure: str, method: str, payload: dict) -> dict:
    try:
        answer, _ = channel.call(method, payload)
    except Exception as error:
        reason = transport.failure_in_server(channel.model, error)
        raise TritonModelException(f"{failure}: {reason}") from None
    return answer


def _notify_of_end(channel, method: str, payload: dict) -> None:
    try:
        channel.notify_soon(method, payload)
    except Exception as error:
        # The process ends, or the server has gone; a destructor has nobody to tell but the log.
        print(f"Error when deleting a metric: {error}", file=sys.stderr)


@shown_to_models
class Metric:
    """One line of a family, by its labels. It stays on the page until its family goes."""

    __slots__ = ("_channel", "_is_deleted", "_kind", "_lock", "_number", "__weakref__")

    def __init__(self, channel, kind: MetricKind, number: int) -> None:
        self._channel = channel
        self._kind = kind
        self._number = number
        self._lock = threading.Lock()
        self._is_deleted = False

    def increment(self, value: float) -> None:
        """Adds to a counter (0 or more) or to a gauge."""
        self._operate("Failed to increment metric value", "metric_increment", value)

    def set(self, value: float) -> None:
        """Sets a gauge."""
        self._operate("Failed to set metric value", "metric_set", value)

    def observe(self, value: float) -> None:
        """Puts a value into a histogram's bucket."""
        self._operate("Failed to observe metric value", "metric_observe", value)

    def value(self) -> float:
        """The value of a counter or gauge."""
        failure = "Failed to get metric value"
        self._require_family(failure)
        return float(
            _ask(self._channel, failure, "metric_value", {"metric": self._number})["value"]
        )

    def _operate(self, failure: str, method: str, value: object) -> None:
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise signature_error(method.partition("_")[2], "value: float", value) from None
        if isinstance(value, (str, bytes)):
            raise signature_error(method.partition("_")[2], "value: float", value)
        self._require_family(failure)
        _ask(self._channel, failure, method, {"metric": self._number, "value": number})

    def _require_family(self, failure: str) -> None:
        if self._is_deleted:
            raise TritonModelException(f"{failure}: {_DELETED}")

    def _delete(self) -> None:
        with self._lock:
            if self._is_deleted:
                return
            self._is_deleted = True
        _notify_of_end(self._channel, "metric_delete", {"metric": self._number})

    def __del__(self) -> None:
        self._delete()


@shown_to_models
class MetricFamily:
    """Metrics of one name, kind and description. They leave the page with the family."""

    __slots__ = ("_channel", "_kind", "_lock", "_metrics", "_number", "__weakref__")

    COUNTER = MetricKind.COUNTER
    GAUGE = MetricKind.GAUGE
    HISTOGRAM = MetricKind.HISTOGRAM

    def __init__(self, name: str, description: str, kind: MetricKind) -> None:
        signature = "name: str, description: str, kind = MetricFamily.COUNTER, GAUGE or HISTOGRAM"
        self._number = None
        texts = [text_from(given) for given in (name, description)]
        if None in texts:
            raise signature_error("MetricFamily", signature, (name, description))
        name, description = texts
        if not isinstance(kind, MetricKind):
            raise signature_error("MetricFamily", signature, kind)
        self._kind = kind
        self._lock = threading.Lock()
        # A metric stays on the page as long as its family, also when the model has dropped it.
        self._metrics = []
        self._channel = transport.channel()
        answer = _ask(
            self._channel,
            "Error when creating MetricFamily",
            "metric_family_create",
            {"name": name, "description": description, "kind": kind.name},
        )
        self._number = answer["family"]

    def Metric(self, labels: dict | None = None, buckets: list | None = None) -> Metric:
        """A metric of this family. Histograms need their buckets' upper bounds, others have none."""
        if labels is not None and not isinstance(labels, dict):
            raise TritonModelException("Failed to create metric. Labels must be a dictionary.")
        bounds = None
        if buckets is not None:
            bounds = self._checked_buckets(buckets)
        elif self._kind is MetricKind.HISTOGRAM:
            raise TritonModelException("Failed to create metric. Missing required buckets.")
        for value in (labels or {}).values():
            if not isinstance(value, str):
                reason = "attempt to access JSON non-string as string"
                reason = transport.failure_in_server(self._channel.model, reason)
                raise TritonModelException(f"Error when creating Metric: {reason}")
        answer = _ask(
            self._channel,
            "Error when creating Metric",
            "metric_create",
            {"family": self._number, "labels": labels, "buckets": bounds},
        )
        metric = Metric(self._channel, self._kind, answer["metric"])
        with self._lock:
            self._metrics.append(metric)
        return metric

    def _checked_buckets(self, buckets: object) -> list:
        if not isinstance(buckets, list):
            raise TritonModelException("Failed to create metric. Buckets must be a list.")
        if self._kind is not MetricKind.HISTOGRAM:
            raise TritonModelException("Failed to create metric. Unexpected buckets found.")
        try:
            return [float(bound) for bound in buckets]
        except (TypeError, ValueError):
            raise signature_error("Metric", "buckets: list of float", buckets) from None

    def __del__(self) -> None:
        if self._number is None:
            return
        for metric in self._metrics:
            metric._delete()
        _notify_of_end(self._channel, "metric_family_delete", {"family": self._number})
