"""Stacking a batch and splitting its results: rows go back to whom they came from."""

import random
import unittest

import numpy as np

import triton_python_backend_utils as pb_utils

TRITON = pb_utils.TritonModelException


def request_with(array, name="IN"):
    return pb_utils.InferenceRequest(
        request_id="r",
        inputs=[pb_utils.Tensor(name, array)],
        requested_output_names=[],
        model_name="m",
    )


class Batches(unittest.TestCase):
    def test_give_each_request_its_rows(self):
        source = random.Random(7)
        for _ in range(50):
            counts = [source.randrange(4) for _ in range(source.randrange(1, 6))]
            arrays = [
                np.array([[source.random()] * 3 for _ in range(count)]).reshape(count, 3)
                for count in counts
            ]
            batch = pb_utils.stack_inputs([request_with(array) for array in arrays], "IN")
            self.assertEqual(batch.array.shape, (sum(counts), 3))
            responses = pb_utils.split_outputs(
                batch, {"OUT": batch.array * 2, "SUM": batch.array.sum(axis=1)}
            )
            self.assertEqual(len(responses), len(arrays))
            for array, response in zip(arrays, responses):
                doubled, summed = (tensor.as_numpy() for tensor in response.output_tensors())
                np.testing.assert_array_equal(doubled, array * 2)
                np.testing.assert_array_equal(summed, array.sum(axis=1))

    def test_of_one_request_are_its_own_memory(self):
        array = np.zeros((2, 3))
        self.assertIs(pb_utils.stack_inputs([request_with(array)], "IN").array, array)

    def test_of_bytes_stay_bytes(self):
        arrays = [np.array([[b"a"]], dtype=object), np.array([[b"bc"], [b""]], dtype=object)]
        batch = pb_utils.stack_inputs([request_with(array) for array in arrays], "IN")
        responses = pb_utils.split_outputs(batch, {"OUT": batch.array})
        self.assertEqual(
            [one.output_tensors()[0].as_numpy().tolist() for one in responses],
            [[[b"a"]], [[b"bc"], [b""]]],
        )

    def test_of_several_sizes_can_be_padded(self):
        requests = [
            request_with(np.ones((1, 2), np.int64)),
            request_with(np.ones((2, 3), np.int64)),
        ]
        batch = pb_utils.stack_inputs(requests, "IN", pad_value=0)
        self.assertEqual(batch.array.tolist(), [[1, 1, 0], [1, 1, 1], [1, 1, 1]])
        self.assertEqual((batch.row_counts, batch.array.dtype), ([1, 2], np.int64))

    def test_say_what_does_not_fit(self):
        with self.assertRaisesRegex(TRITON, r"rows of different shapes \[\[2\], \[3\]\]"):
            pb_utils.stack_inputs(
                [request_with(np.ones((1, 2))), request_with(np.ones((1, 3)))], "IN"
            )
        with self.assertRaisesRegex(TRITON, "rows of different shapes"):
            pb_utils.stack_inputs(
                [request_with(np.ones((1, 2))), request_with(np.ones((1, 3, 1)))], "IN", pad_value=0
            )
        with self.assertRaisesRegex(TRITON, "input 'NONE' is missing in request 'r'"):
            pb_utils.stack_inputs([request_with(np.ones((1, 2)))], "NONE")
        with self.assertRaisesRegex(TRITON, "no first dimension"):
            pb_utils.stack_inputs([request_with(np.array(3.0))], "IN")
        with self.assertRaisesRegex(TRITON, "no requests"):
            pb_utils.stack_inputs([], "IN")

    def test_with_too_few_results_are_errors(self):
        batch = pb_utils.stack_inputs(
            [request_with(np.ones((1, 2))), request_with(np.ones((2, 2)))], "IN"
        )
        responses = pb_utils.split_outputs(batch, {"OUT": np.ones((2, 2))})
        self.assertEqual(
            [one.error().message() for one in responses],
            ["output 'OUT' has shape [2, 2], expected 3 rows for the batch"] * 2,
        )


if __name__ == "__main__":
    unittest.main()
