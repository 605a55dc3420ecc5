"""Requests, responses and senders: accessors, checks, calls to other models, and the sender's states."""

import asyncio
import unittest

import numpy as np

import triton_python_backend_utils as pb_utils
from nereid_stub.channel import ServerError
from tests.fake_channel import FakeChannel, installed

TRITON = pb_utils.TritonModelException


def request_for(model="other", **rest):
    arguments = {"inputs": [], "requested_output_names": ["OUT"], "model_name": model, **rest}
    return pb_utils.InferenceRequest(**arguments)


def received(channel, **rest):
    arguments = {
        "handle": 5,
        "cancel_offset": 9,
        "request_id": "r1",
        "correlation_id": 0,
        "flags": 0,
        "timeout_us": 0,
        "parameters": "",
        "trace": "",
        "requested_output_names": ["OUT"],
        "inputs": [],
        **rest,
    }
    return pb_utils.InferenceRequest._from_wire(channel, **arguments)


class MadeByModels(unittest.TestCase):
    def test_has_defaults(self):
        request = request_for(requested_output_names=["b", "a", "b"])
        self.assertEqual(request.requested_output_names(), {"a", "b"})
        self.assertEqual(
            (request.request_id(), request.correlation_id(), request.flags()), ("", 0, 0)
        )
        self.assertEqual(
            (request.timeout(), request.parameters(), request.trace().get_context()),
            (0, "{}", None),
        )
        request.set_flags(3)
        self.assertEqual(request.flags(), 3)

    def test_writes_parameters_as_json(self):
        request = request_for(parameters={"a": 1, "é": "ü", "c": True})
        self.assertEqual(request.parameters(), '{"a": 1, "\\u00e9": "\\u00fc", "c": true}')

    def test_refuses_bad_arguments_with_reasons(self):
        for arguments, kind, message in (
            (
                {"inputs": [None], "request_id": "7"},
                TRITON,
                "Input tensor for request with id '7' and model name 'other' should not be empty.",
            ),
            (
                {"requested_output_names": [""], "request_id": "7"},
                TRITON,
                "Requested output name for request with id '7' and model name 'other' should not be empty.",
            ),
            ({"correlation_id": 1.5}, TRITON, "Correlation ID must be integer or string"),
            (
                {"parameters": {"a": 1.5}},
                TRITON,
                "Expect parameters values to have type bool/int/str, found type <class 'float'>",
            ),
            (
                {"parameters": {"a": None}},
                TRITON,
                "Expect parameters values to have type bool/int/str, found type <class 'NoneType'>",
            ),
            (
                {"parameters": {2: 1}},
                TRITON,
                "Expect parameters keys to have type str, found type <class 'int'>",
            ),
        ):
            with self.assertRaises(kind) as raised:
                request_for(**arguments)
            self.assertEqual(str(raised.exception), message)

    def test_refuses_arguments_of_other_types(self):
        for arguments in (
            {"inputs": [3]},
            {"inputs": 3},
            {"requested_output_names": "ab"},
            {"requested_output_names": [3]},
            {"model_name": None},
            {"flags": -1},
            {"flags": 1.0},
            {"timeout": -1},
            {"timeout": 1 << 64},
            {"request_id": 3},
            {"preferred_memory": 1},
            {"preferred_memory": None},
            {"trace": "x"},
            {"trace": None},
            {"correlation_id": None},
            {"requested_output_names": {"OUT"}},
            {"requested_output_names": {"OUT": 1}},
            {"requested_output_names": iter(["OUT"])},
            {"inputs": {}},
            {"inputs": iter([])},
            {"flags": np.float64(1)},
        ):
            with self.assertRaises(TypeError, msg=str(arguments)):
                request_for(**arguments)
        with self.assertRaises(RuntimeError):
            request_for(correlation_id=-1)
        with self.assertRaises(TypeError):
            pb_utils.InferenceRequest()
        with self.assertRaisesRegex(TRITON, "^Correlation ID must be integer or string$"):
            request_for(correlation_id=pb_utils.TritonError.NOT_FOUND)
        for device_id in (1 << 63, None, 1.0):
            with self.assertRaises(TypeError):
                pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU, device_id)

    def test_takes_what_the_real_api_converts(self):
        class Names:
            def __len__(self):
                return 1

            def __getitem__(self, index):
                return ["OUT"][index]

        class Text(str):
            pass

        request = request_for(
            request_id=bytearray(b"r"),
            correlation_id=Text("c"),
            requested_output_names=Names(),
            inputs=(),
            flags=np.float32(2),
            timeout=np.uint8(3),
        )
        self.assertEqual(
            (request.request_id(), request.flags(), request.timeout()), ("r", 2, 3)
        )
        self.assertIs(type(request.correlation_id()), str)
        self.assertEqual(request.requested_output_names(), {"OUT"})
        self.assertEqual(pb_utils.Tensor(b"name", np.zeros(1)).name(), "name")
        self.assertEqual(pb_utils.TritonError(bytearray(b"why")).message(), "why")


class Calls(unittest.TestCase):
    def test_ask_with_everything_that_was_given(self):
        tensor = pb_utils.Tensor("IN", np.zeros(2))
        with installed(FakeChannel()) as channel:
            channel.answers["infer"] = (
                {"parameters": {"p": 1}},
                [pb_utils.Tensor("OUT", np.ones(1))],
            )
            trace = received(channel, trace='{"t":1}').trace()
            response = pb_utils.InferenceRequest(
                "id",
                "corr",
                [tensor],
                ("OUT",),
                "other",
                3,
                1,
                55,
                pb_utils.PreferredMemory(pb_utils.TRITONSERVER_MEMORY_CPU, 2),
                trace,
                {"q": "x"},
            ).exec()
        ((method, payload, tensors),) = channel.calls
        self.assertEqual(method, "infer")
        self.assertEqual(tensors, [tensor])
        self.assertEqual(
            payload,
            {
                "model": "other",
                "version": 3,
                "requestId": "id",
                "correlationId": "corr",
                "flags": 1,
                "timeoutUs": 55,
                "isDecoupled": False,
                "parameters": {"q": "x"},
                "requestedOutputs": ["OUT"],
                "trace": '{"t":1}',
                "preferredMemory": [1, 2],
                "caller": 5,
            },
        )
        self.assertFalse(response.has_error())
        self.assertEqual(response.parameters(), '{"p": 1}')
        self.assertEqual(
            pb_utils.get_output_tensor_by_name(response, "OUT").as_numpy().tolist(), [1.0]
        )
        self.assertIsNone(pb_utils.get_output_tensor_by_name(response, "NONE"))

    def test_failures_are_the_response(self):
        with installed(FakeChannel()) as channel:
            channel.answers["infer"] = ServerError(4, "no room")
            response = request_for().exec()
        self.assertTrue(response.has_error())
        self.assertEqual(response.error().message(), "no room")
        self.assertEqual(response.error().code(), pb_utils.TritonError.UNAVAILABLE)

    def test_are_for_execute_only(self):
        with installed(FakeChannel()) as channel:
            for phase in ("auto_complete", "initialize", "finalize"):
                channel.phase = phase
                with self.assertRaisesRegex(
                    TRITON, "^BLS is only supported during the 'execute' function.$"
                ):
                    request_for().exec()
            self.assertEqual(channel.calls, [])

    def test_need_a_server(self):
        with self.assertRaises(TRITON):
            request_for().exec()

    def test_give_an_iterator_that_can_be_run_again(self):
        with installed(FakeChannel()) as channel:
            channel.answers["infer"] = [
                ({}, []),
                ({"error": {"code": 2, "message": "gone"}}, []),
                ({"isEmpty": True}, []),
            ]
            iterator = request_for().exec(decoupled=True)
            first = next(iterator)
            self.assertFalse(first.has_error())
            rest = list(iterator)
            self.assertEqual([one.has_error() for one in rest], [True, False])
            self.assertEqual(rest[0].error().code(), pb_utils.TritonError.NOT_FOUND)
            again = list(iterator)
            self.assertEqual(again, [first, *rest])
            iterator.cancel()
            self.assertFalse(channel.last_stream.is_cancelled)

    def test_can_be_cancelled_while_answers_come(self):
        with installed(FakeChannel()) as channel:
            channel.answers["infer"] = [({}, []), ({}, [])]
            iterator = request_for().exec(decoupled=1)
            next(iterator)
            iterator.cancel()
            self.assertTrue(channel.last_stream.is_cancelled)

    def test_refuse_what_is_neither_true_nor_false(self):
        with installed(FakeChannel()):
            for decoupled in (None, "x", [1]):
                with self.assertRaises(TypeError, msg=str(decoupled)):
                    request_for().exec(decoupled=decoupled)

    def test_can_be_awaited(self):
        async def ask():
            responses = await asyncio.gather(*(request_for().async_exec() for _ in range(3)))
            return [one.has_error() for one in responses]

        with installed(FakeChannel()):
            self.assertEqual(asyncio.run(ask()), [False, False, False])
            with self.assertRaisesRegex(RuntimeError, "no running event loop"):
                request_for().async_exec()


class FromTheServer(unittest.TestCase):
    def test_says_what_came(self):
        channel = FakeChannel()
        tensor = pb_utils.Tensor("IN", np.zeros(1))
        request = received(
            channel,
            correlation_id="s",
            flags=2,
            timeout_us=7,
            parameters='{"a":1}',
            trace="{}",
            inputs=[tensor],
        )
        self.assertEqual(request.inputs(), [tensor])
        self.assertEqual(
            (request.request_id(), request.correlation_id(), request.flags()), ("r1", "s", 2)
        )
        self.assertEqual((request.timeout(), request.parameters()), (7, '{"a":1}'))
        self.assertEqual(request.trace().get_context(), "{}")
        self.assertIs(pb_utils.get_input_tensor_by_name(request, "IN"), tensor)
        self.assertIsNone(pb_utils.get_input_tensor_by_name(request, "NONE"))

    def test_knows_when_its_client_has_gone(self):
        channel = FakeChannel()
        request = received(channel)
        self.assertFalse(request.is_cancelled())
        channel.cancelled.add(9)
        self.assertTrue(request.is_cancelled())
        self.assertTrue(request.get_response_sender().is_cancelled())

    def test_remembers_how_it_is_released(self):
        request = received(FakeChannel())
        self.assertEqual(request._release_flags, pb_utils.TRITONSERVER_REQUEST_RELEASE_ALL)
        request.set_release_flags(pb_utils.TRITONSERVER_REQUEST_RELEASE_RESCHEDULE)
        self.assertEqual(request._release_flags, 2)
        self.assertRaises(TypeError, request.set_release_flags, -1)


class Sender(unittest.TestCase):
    def setUp(self):
        self.response = pb_utils.InferenceResponse([])
        self.final = pb_utils.TRITONSERVER_RESPONSE_COMPLETE_FINAL

    def refuses(self, message, call, *arguments, **rest):
        with self.assertRaises(TRITON) as raised:
            call(*arguments, **rest)
        self.assertEqual(str(raised.exception), message)

    def test_is_one_a_request(self):
        request = received(FakeChannel())
        self.assertIs(request.get_response_sender(), request.get_response_sender())

    def test_checks_its_arguments_first(self):
        channel = FakeChannel()
        sender = received(channel).get_response_sender()
        self.refuses(
            "Unable to send response. Unsupported flag provided.", sender.send, self.response, 2
        )
        self.refuses(
            "Inference Response object must be provided when the response flags is set to zero.",
            sender.send,
        )
        self.assertRaises(TypeError, sender.send, 3)
        self.assertRaises(TypeError, sender.send, self.response, None)
        self.assertEqual(channel.responses, [])

    def test_sends_one_response_where_models_are_not_decoupled(self):
        channel = FakeChannel()
        sender = received(channel).get_response_sender()
        self.refuses(
            "Unable to send response. Non-decoupled model cannot send complete final before sending a response.",
            sender.send,
            flags=self.final,
        )
        sender.send(self.response)
        self.refuses(
            "Unable to send response. Non-decoupled model cannot send more than one response.",
            sender.send,
            self.response,
        )
        sender.send(flags=self.final)
        self.refuses(
            "Unable to send response. Response sender has been closed.",
            sender.send,
            flags=self.final,
        )
        self.assertEqual(channel.responses, [(5, 0, self.response), (5, 1, None)])

    def test_sends_any_number_where_they_are(self):
        channel = FakeChannel(is_decoupled=True)
        sender = received(channel).get_response_sender()
        for _ in range(3):
            sender.send(self.response)
        sender.send(self.response, self.final)
        self.refuses(
            "Unable to send response. Response sender has been closed.", sender.send, self.response
        )
        self.assertEqual([flags for _, flags, _ in channel.responses], [0, 0, 0, 1])

    def test_may_end_a_decoupled_request_without_an_answer(self):
        channel = FakeChannel(is_decoupled=True)
        received(channel).get_response_sender().send(flags=self.final)
        self.assertEqual(channel.responses, [(5, 1, None)])

    def test_counts_what_execute_returns(self):
        request = received(FakeChannel())
        sender = request.get_response_sender()
        request._note_response(self.response, self.final)
        self.refuses(
            "Unable to send response. Non-decoupled model cannot send more than one response.",
            sender.send,
            self.response,
        )
        twice = received(FakeChannel())
        twice.get_response_sender().send(self.response)
        self.refuses(
            "Unable to send response. Non-decoupled model cannot send more than one response.",
            twice._note_response,
            self.response,
            self.final,
        )

    def test_is_closed_when_the_batch_has_failed(self):
        request = received(FakeChannel(is_decoupled=True))
        request._close_sender()
        self.refuses(
            "Unable to send response. Response sender has been closed.",
            request.get_response_sender().send,
            self.response,
        )

    def test_ends_a_request_that_nobody_can_answer_any_more(self):
        channel = FakeChannel()
        received(channel).get_response_sender()
        ((handle, flags, response),) = channel.responses
        self.assertEqual((handle, flags), (5, self.final))
        self.assertIn("has let go of its response sender", response.error().message())
        for is_decoupled, sent in ((True, 0), (True, 2), (False, 1)):
            channel = FakeChannel(is_decoupled)
            sender = received(channel).get_response_sender()
            for _ in range(sent):
                sender.send(self.response)
            del sender
            self.assertEqual(channel.responses[sent:], [(5, self.final, None)])

    def test_goes_silently_when_the_request_has_ended_or_comes_again(self):
        channel = FakeChannel()
        received(channel)
        received(channel).get_response_sender()._close()
        again = received(channel)
        again.get_response_sender()
        again._keep_sender_silent()
        del again
        received(channel).get_response_sender().send(self.response, self.final)
        self.assertEqual(len(channel.responses), 1)

    def test_is_none_for_requests_of_models(self):
        self.refuses(
            "Unable to send response. Response sender has no reference to the decoupled state of the model.",
            request_for().get_response_sender().send,
            self.response,
        )
        self.assertFalse(request_for().is_cancelled())


class Responses(unittest.TestCase):
    def test_have_outputs_or_an_error(self):
        tensor = pb_utils.Tensor("OUT", np.zeros(1))
        response = pb_utils.InferenceResponse((tensor,), parameters={"a": True})
        self.assertEqual(response.output_tensors(), [tensor])
        self.assertEqual(
            (response.has_error(), response.error(), response.parameters()),
            (False, None, '{"a": true}'),
        )
        self.assertEqual(response._to_wire(), (255, "", '{"a": true}', [tensor]))
        failed = pb_utils.InferenceResponse(
            [tensor], pb_utils.TritonError("m", pb_utils.TritonError.CANCELLED)
        )
        self.assertEqual(failed._to_wire(), (7, "m", "", []))

    def test_refuse_what_is_none(self):
        with self.assertRaisesRegex(
            TRITON, "^Output tensor for inference response should not be empty.$"
        ):
            pb_utils.InferenceResponse([None])
        for arguments in ([3], [None, 3], 3, None):
            with self.assertRaises((TypeError, TRITON)):
                pb_utils.InferenceResponse(arguments)
        self.assertRaises(TypeError, pb_utils.InferenceResponse, [], "x")

    def test_errors_have_codes(self):
        error = pb_utils.TritonError("m")
        self.assertEqual(
            (error.message(), int(error.code()), str(error.code())),
            ("m", 1, "__ErrorCode.INTERNAL"),
        )
        self.assertEqual(repr(pb_utils.TritonError.NOT_FOUND), "<__ErrorCode.NOT_FOUND: 2>")
        for arguments in ((), (3,), (None,), ("x", 3), ("x", None)):
            self.assertRaises(TypeError, pb_utils.TritonError, *arguments)

    def test_classes_have_the_names_that_errors_quote(self):
        self.assertEqual(str(pb_utils.Tensor), "<class 'c_python_backend_utils.Tensor'>")
        self.assertEqual(
            str(type(pb_utils.InferenceResponse())),
            "<class 'c_python_backend_utils.InferenceResponse'>",
        )
        self.assertEqual(pb_utils.TritonModelException.__module__, "c_python_backend_utils")


if __name__ == "__main__":
    unittest.main()
