"""A channel without a server: it remembers what the API sends, and answers what the test says."""

import contextlib
from types import SimpleNamespace

from nereid_stub import channel as channel_module


class FakeStream:
    """Answers that are there already."""

    def __init__(self, answers):
        self._answers = iter(answers)
        self.is_cancelled = False

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._answers)

    def cancel(self):
        self.is_cancelled = True


class FakeChannel:
    """Stands for nereid_stub.channel.Channel."""

    def __init__(self, is_decoupled=False):
        self.model = SimpleNamespace(
            is_decoupled=is_decoupled, instance_name="model_0_0", version_directory="models/model/1"
        )
        self.phase = "execute"
        self.calls = []
        self.notifications = []
        self.responses = []
        self.cancelled = set()
        self.answers = {}
        self.last_stream = None

    def call(self, method, payload, tensors=()):
        self.calls.append((method, payload, list(tensors)))
        answer = self.answers.get(method, {})
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, tuple) else (answer, [])

    def stream(self, method, payload, tensors=()):
        self.calls.append((method, payload, list(tensors)))
        self.last_stream = FakeStream(self.answers[method])
        return self.last_stream

    def wait_for_room(self, handle, cancel_offset):
        self.calls.append(("room", {"handle": handle}, []))

    def notify(self, method, payload):
        self.notifications.append((method, payload))

    notify_soon = notify

    def end_soon(self, handle, response):
        self.responses.append((handle, 1, response))

    def send_response(self, handle, flags, response):
        self.responses.append((handle, flags, response))

    def is_cancelled(self, cancel_offset):
        return cancel_offset in self.cancelled


@contextlib.contextmanager
def installed(fake):
    """Makes a channel the process's for a while."""
    before = channel_module._current
    channel_module._current = fake
    try:
        yield fake
    finally:
        channel_module._current = before
