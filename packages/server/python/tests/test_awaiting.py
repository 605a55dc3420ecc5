"""Which tasks count as awaited by an async execute."""

import asyncio
import unittest

from nereid_stub.api.awaiting import is_awaited_by


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


if __name__ == "__main__":
    unittest.main()
