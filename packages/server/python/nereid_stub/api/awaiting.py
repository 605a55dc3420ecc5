"""Which calls of an async execute it waits for: the server finds deadlocks by that."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import time

# How long it may stay unknown whether an execute will wait for a call, and how often one looks.
_UNKNOWN_S_MAX = 2.0
_LOOK_S = 0.01


def is_awaited_by(coroutine) -> bool:
    """Whether the running task is the one of `coroutine`, or one that it waits for, directly or through asyncio.gather.

    asyncio does not say officially what a task waits for. Where it does not say, the answer is no.
    """
    current = asyncio.current_task()
    if coroutine is None or current is None:
        return False
    return current.get_coro() is coroutine or current in _awaited_by(coroutine)


def _awaited_by(coroutine) -> set:
    """The task of `coroutine`, with the tasks and futures that it waits for."""
    awaited = {task for task in asyncio.all_tasks() if task.get_coro() is coroutine}
    rest = list(awaited)
    while rest:
        waiter = getattr(rest.pop(), "_fut_waiter", None)
        for task in (waiter, *getattr(waiter, "_children", ())):
            if task is not None and task not in awaited:
                awaited.add(task)
                rest.append(task)
    return awaited


class AwaitedCall:
    """A call that an async execute has made and will probably wait for. It is made on the loop's thread.

    Whether it does shows when it is suspended: an execute that ends first has made the call for later.
    """

    def __init__(self, coroutine) -> None:
        self._coroutine = coroutine
        self._loop = asyncio.get_running_loop()
        # Set before the loop does anything else.
        self.future = None

    def is_left_behind(self) -> bool:
        """Waits, on another thread, until the execute has ended, True, or waits for the call, False.

        What it waits for may never show: then it counts as waiting after a while.
        """
        end = time.monotonic() + _UNKNOWN_S_MAX
        while time.monotonic() < end:
            found = concurrent.futures.Future()
            self._loop.call_soon_threadsafe(self._look, found)
            is_left_behind = found.result()
            if is_left_behind is not None:
                return is_left_behind
            time.sleep(_LOOK_S)
        return False

    def _look(self, found) -> None:
        # Between two steps of the loop: the execute is suspended, or has ended.
        try:
            if inspect.getcoroutinestate(self._coroutine) == inspect.CORO_CLOSED:
                found.set_result(True)
            else:
                found.set_result(False if self.future in _awaited_by(self._coroutine) else None)
        except Exception as error:
            found.set_exception(error)
