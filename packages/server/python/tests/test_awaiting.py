"""Which tasks count as awaited by an async execute."""

import asyncio
import unittest

from nereid_stub.api.awaiting import AwaitedCall, is_awaited_by


class AwaitingTest(unittest.TestCase):
    def run_execute(self, body):
        """Runs `body(check)` as an execute; returns what each check said."""
        found = []

        async def check():
            await asyncio.sleep(0)
            found.append(is_awaited_by(coroutine))

        coroutine = body(check)
        asyncio.run(self.run_task(coroutine))
        return found

    @staticmethod
    async def run_task(coroutine):
        await asyncio.get_running_loop().create_task(coroutine)

    def test_the_execute_itself(self):
        async def execute(check):
            await check()

        self.assertEqual(self.run_execute(execute), [True])

    def test_gathered_tasks_however_deep(self):
        async def execute(check):
            async def two():
                await asyncio.gather(check(), check())

            await asyncio.gather(check(), two())

        self.assertEqual(self.run_execute(execute), [True, True, True])

    def test_a_task_that_is_awaited(self):
        async def execute(check):
            await asyncio.create_task(check())

        self.assertEqual(self.run_execute(execute), [True])

    def test_a_task_that_nobody_awaits(self):
        async def execute(check):
            task = asyncio.create_task(check())
            await asyncio.sleep(0.01)
            await task

        self.assertEqual(self.run_execute(execute), [False])

    def test_outside_of_an_execute(self):
        async def other():
            return is_awaited_by(None)

        self.assertFalse(asyncio.run(other()))


class LeftBehindTest(unittest.TestCase):
    def ask(self, body):
        """Runs `body(call)` as an execute, where call() gives a future; returns what its call found of itself."""
        holder = []

        def call():
            awaited = AwaitedCall(holder[0])
            future = asyncio.get_running_loop().run_in_executor(None, awaited.is_left_behind)
            awaited.future = future
            holder.append(future)
            return future

        async def run():
            coroutine = body(call)
            holder.append(coroutine)
            await asyncio.get_running_loop().create_task(coroutine)
            return await holder[1]

        return asyncio.run(run())

    def test_an_execute_that_ends_has_not_waited(self):
        async def execute(call):
            call()

        self.assertTrue(self.ask(execute))

    def test_an_execute_that_waits_for_something_else_first(self):
        async def execute(call):
            call()
            await asyncio.sleep(0.05)

        self.assertTrue(self.ask(execute))

        async def execute_and_wait(call):
            future = call()
            await asyncio.sleep(0.05)
            await future

        self.assertFalse(self.ask(execute_and_wait))

    def test_an_execute_that_waits(self):
        async def execute(call):
            await call()

        self.assertFalse(self.ask(execute))

    def test_an_execute_that_gathers(self):
        async def execute(call):
            await asyncio.gather(asyncio.sleep(0), call())

        self.assertFalse(self.ask(execute))

    def test_an_execute_that_waits_out_of_sight(self):
        async def execute(call):
            await asyncio.wait([call()])

        self.assertFalse(self.ask(execute))


if __name__ == "__main__":
    unittest.main()
