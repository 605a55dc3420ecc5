"""Which calls of an async execute it waits for: the server finds deadlocks by that."""

import asyncio


def is_awaited_by(coroutine) -> bool:
    """Whether the running task is the one of `coroutine`, or one that it waits for, directly or through asyncio.gather.

    asyncio does not say officially what a task waits for. Where it does not say, the answer is no.
    """
    current = asyncio.current_task()
    if coroutine is None or current is None:
        return False
    if current.get_coro() is coroutine:
        return True
    awaited = {task for task in asyncio.all_tasks() if task.get_coro() is coroutine}
    rest = list(awaited)
    while rest:
        waiter = getattr(rest.pop(), "_fut_waiter", None)
        for task in (waiter, *getattr(waiter, "_children", ())):
            if task is not None and task not in awaited:
                awaited.add(task)
                rest.append(task)
    return current in awaited
