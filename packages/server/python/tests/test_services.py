"""What models ask of the server beside inference: metrics, logs, other models; and the configuration they complete."""

import gc
import json
import unittest

import triton_python_backend_utils as pb_utils
from nereid_stub.channel import ServerError
from tests.fake_channel import FakeChannel, installed

TRITON = pb_utils.TritonModelException


class Services(unittest.TestCase):
    def setUp(self):
        self.channel = FakeChannel()
        context = installed(self.channel)
        context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def refuses(self, message, call, *arguments, kind=TRITON, **rest):
        with self.assertRaises(kind) as raised:
            call(*arguments, **rest)
        self.assertEqual(str(raised.exception), message)


class Metrics(Services):
    def setUp(self):
        super().setUp()
        self.channel.answers.update(metric_family_create={"family": 3}, metric_create={"metric": 4})

    def family(self, kind=pb_utils.MetricFamily.COUNTER):
        return pb_utils.MetricFamily(name="n", description="d", kind=kind)

    def test_are_made_and_changed_by_the_server(self):
        self.channel.answers["metric_value"] = {"value": 2}
        family = self.family(pb_utils.MetricFamily.GAUGE)
        metric = family.Metric(labels={"a": "b"})
        metric.increment(1)
        metric.set(-2.5)
        self.assertEqual(metric.value(), 2.0)
        self.assertEqual(
            [(method, payload) for method, payload, _ in self.channel.calls],
            [
                ("metric_family_create", {"name": "n", "description": "d", "kind": "GAUGE"}),
                ("metric_create", {"family": 3, "labels": {"a": "b"}, "buckets": None}),
                ("metric_increment", {"metric": 4, "value": 1.0}),
                ("metric_set", {"metric": 4, "value": -2.5}),
                ("metric_value", {"metric": 4}),
            ],
        )

    def test_stay_as_long_as_their_family(self):
        family = self.family()
        family.Metric()
        gc.collect()
        self.assertEqual(self.channel.notifications, [])
        del family
        gc.collect()
        self.assertEqual(
            self.channel.notifications,
            [("metric_delete", {"metric": 4}), ("metric_family_delete", {"family": 3})],
        )

    def test_without_their_family_are_refused(self):
        family = self.family()
        metric = family.Metric()
        del family
        gc.collect()
        deleted = (
            "Invalid metric operation as the corresponding 'MetricFamily' has been deleted. The 'MetricFamily' object "
            "should be deleted AFTER its corresponding 'Metric' objects have been deleted."
        )
        self.refuses(f"Failed to increment metric value: {deleted}", metric.increment, 1)
        self.refuses(f"Failed to set metric value: {deleted}", metric.set, 1)
        self.refuses(f"Failed to observe metric value: {deleted}", metric.observe, 1)
        self.refuses(f"Failed to get metric value: {deleted}", metric.value)
        del metric
        gc.collect()
        self.assertEqual(len(self.channel.notifications), 2)

    def test_check_labels_and_buckets(self):
        histogram = self.family(pb_utils.MetricFamily.HISTOGRAM)
        histogram.Metric(labels={}, buckets=[1, 2.5])
        self.assertEqual(self.channel.calls[-1][1]["buckets"], [1.0, 2.5])
        self.refuses("Failed to create metric. Missing required buckets.", histogram.Metric)
        self.refuses(
            "Failed to create metric. Buckets must be a list.", histogram.Metric, buckets=(1, 2)
        )
        self.refuses("Failed to create metric. Labels must be a dictionary.", histogram.Metric, [1])
        self.refuses(
            "Failed to create metric. Unexpected buckets found.", self.family().Metric, buckets=[1]
        )
        self.refuses(
            "Error when creating Metric: Failed to process the request for model 'model_0_0', "
            "message: attempt to access JSON non-string as string",
            self.family().Metric,
            {"a": 3},
        )
        self.assertRaises(TypeError, histogram.Metric, buckets=["x"])

    def test_say_what_the_server_said(self):
        self.channel.answers["metric_increment"] = ServerError(3, "only upwards")
        family = self.family()
        metric = family.Metric()
        self.refuses(
            "Failed to increment metric value: Failed to process the request for model 'model_0_0', message: only upwards",
            metric.increment,
            -1,
        )
        for value in ("1", None, [1]):
            self.assertRaises(TypeError, metric.increment, value)
        self.channel.answers["metric_family_create"] = ServerError(3, "Invalid metric name")
        self.refuses(
            "Error when creating MetricFamily: Failed to process the request for model 'model_0_0', "
            "message: Invalid metric name",
            self.family,
        )
        self.assertRaises(TypeError, pb_utils.MetricFamily, "n", "d", 3)
        self.assertRaises(
            TypeError, pb_utils.MetricFamily, "n", None, pb_utils.MetricFamily.COUNTER
        )


class Log(Services):
    def test_knows_where_it_was_called(self):
        pb_utils.Logger.log_warn("careful")
        ((method, payload),) = self.channel.notifications
        self.assertEqual(
            (method, payload["level"], payload["message"]), ("log", "WARNING", "careful")
        )
        self.assertEqual(payload["file"], __file__)
        self.assertGreater(payload["line"], 0)

    def test_has_every_level(self):
        for call, level in (
            (pb_utils.Logger.log_info, "INFO"),
            (pb_utils.Logger.log_error, "ERROR"),
            (pb_utils.Logger.log_verbose, "VERBOSE"),
            (pb_utils.Logger.log, "INFO"),
        ):
            call("x")
            self.assertEqual(self.channel.notifications[-1][1]["level"], level)
        pb_utils.Logger.log("x", level=pb_utils.Logger.ERROR)
        self.assertEqual(self.channel.notifications[-1][1]["level"], "ERROR")

    def test_refuses_what_is_no_text_or_level(self):
        self.assertRaises(TypeError, pb_utils.Logger.log_info, 3)
        self.assertRaises(TypeError, pb_utils.Logger.log, "x", 2)
        self.assertRaises(TypeError, pb_utils.Logger)


class OtherModels(Services):
    def test_are_loaded_with_files(self):
        pb_utils.load_model("m", config="{}", files={"file:1/model.onnx": b"abc"})
        method, payload, tensors = self.channel.calls[0]
        self.assertEqual((method, payload), ("load_model", {"name": "m", "config": "{}"}))
        self.assertEqual(
            [(one.name(), bytes(one._to_wire()[3])) for one in tensors],
            [("file:1/model.onnx", b"abc")],
        )

    def test_say_why_they_cannot_be_loaded(self):
        self.refuses(
            "failed to load model 'm', files should be a dictionary of file paths and file contents",
            pb_utils.load_model,
            "m",
            files=3,
        )
        self.refuses(
            "Object of type 'int' is not an instance of 'bytes'",
            pb_utils.load_model,
            "m",
            "",
            {"a": 3},
            kind=TypeError,
        )
        self.assertRaises(TypeError, pb_utils.load_model, None)
        self.channel.answers.update(
            load_model=ServerError(1, "why"),
            unload_model=ServerError(1, "why"),
            is_model_ready=ServerError(3, "why"),
        )
        reason = "Failed to process the request for model 'model_0_0', message: why"
        self.refuses(f"Failed to load model: {reason}", pb_utils.load_model, "m")
        self.refuses(f"Failed to unload model: {reason}", pb_utils.unload_model, "m")
        self.refuses(
            f"Failed to check model readiness: {reason}", pb_utils.is_model_ready, "m", "x"
        )

    def test_are_unloaded_and_asked_after(self):
        self.channel.answers["is_model_ready"] = {"isReady": True}
        pb_utils.unload_model("m", unload_dependents=True)
        self.assertIs(pb_utils.is_model_ready("m"), True)
        self.assertEqual(
            [(method, payload) for method, payload, _ in self.channel.calls],
            [
                ("unload_model", {"name": "m", "unloadDependents": True}),
                ("is_model_ready", {"name": "m", "version": ""}),
            ],
        )
        self.assertRaises(TypeError, pb_utils.is_model_ready, "m", 3)
        self.assertEqual(pb_utils.get_model_dir(), "models/model/1")


class Configuration(unittest.TestCase):
    def config(self, **rest):
        return pb_utils.ModelConfig(
            json.dumps({"name": "M", "max_batch_size": 0, "input": [], "output": [], **rest})
        )

    def refuses(self, message, call, *arguments):
        with self.assertRaises(ValueError) as raised:
            call(*arguments)
        self.assertEqual(str(raised.exception), message)

    def test_is_completed(self):
        config = self.config(input=[{"name": "I", "data_type": "TYPE_INVALID", "dims": []}])
        config.set_max_batch_size(8)
        config.set_dynamic_batching()
        config.add_input({"name": "I", "data_type": "TYPE_FP32", "dims": [4], "optional": True})
        config.add_output({"name": "O", "data_type": "TYPE_FP32", "dims": [4]})
        config.set_model_transaction_policy({"decoupled": True})
        self.assertEqual(
            config.as_dict(),
            {
                "name": "M",
                "max_batch_size": 8,
                "input": [{"name": "I", "data_type": "TYPE_FP32", "dims": [4], "optional": True}],
                "output": [{"name": "O", "data_type": "TYPE_FP32", "dims": [4]}],
                "dynamic_batching": {},
                "model_transaction_policy": {"decoupled": True},
            },
        )

    def test_refuses_a_smaller_batch_and_another_scheduler(self):
        self.refuses(
            "configuration specified max_batch_size 4, but in auto-complete-config function for model 'M' "
            "specified max_batch_size 2",
            self.config(max_batch_size=4).set_max_batch_size,
            2,
        )
        for choice in ("sequence_batching", "ensemble_scheduling"):
            self.refuses(
                f"Configuration specified scheduling_choice as '{choice}', but auto-complete-config function for model "
                "'M' tries to set scheduling_choice as 'dynamic_batching'",
                self.config(**{choice: {}}).set_dynamic_batching,
            )

    def test_refuses_incomplete_tensors(self):
        function = "in auto-complete-config function for model 'M'"
        config = self.config()
        for add, kind, allowed in (
            (config.add_input, "input", "'name', 'data_type', 'dims' and 'optional'"),
            (config.add_output, "output", "'name', 'data_type' and 'dims'"),
        ):
            whole = {"name": "T", "data_type": "TYPE_FP32", "dims": [1]}
            self.refuses(
                f"{kind} 'T' {function} contains property other than {allowed}.",
                add,
                {**whole, "x": 1},
            )
            self.refuses(
                f"{kind} {function} is missing 'name' property.",
                add,
                {"data_type": "TYPE_FP32", "dims": [1]},
            )
            self.refuses(
                f"{kind} 'T' {function} is missing 'data_type' property.",
                add,
                {"name": "T", "dims": [1]},
            )
            self.refuses(
                f"{kind} 'T' {function} is missing 'dims' property.",
                add,
                {"name": "T", "data_type": "TYPE_FP32"},
            )

    def test_refuses_contradictions(self):
        tensor = {"name": "T", "data_type": "TYPE_FP32", "dims": [1]}
        for kind in ("input", "output"):
            config = self.config(
                **{kind: [dict(tensor, optional=False) if kind == "input" else tensor]}
            )
            add = getattr(config, f"add_{kind}")
            self.refuses(
                f"unable to load model 'M', configuration expects datatype TYPE_FP32 for {kind} 'T', "
                "model provides TYPE_INT8",
                add,
                {**tensor, "data_type": "TYPE_INT8"},
            )
            self.refuses(
                "model 'M', tensor 'T': the model expects dims [2, 3] but the model configuration specifies dims [1]",
                add,
                {**tensor, "dims": [2, 3]},
            )
        self.refuses(
            "model 'M', tensor 'T': the model expects optional True but the model configuration specifies optional False",
            self.config(input=[dict(tensor, optional=False)]).add_input,
            {**tensor, "optional": True},
        )

    def test_refuses_another_transaction_policy(self):
        self.refuses(
            "model transaction property in auto-complete-config function for model 'M' contains property other than "
            "'decoupled'.",
            self.config().set_model_transaction_policy,
            {"coupled": True},
        )
        self.refuses(
            "trying to change decoupled property in auto-complete-config for model 'M', which is already set to 'False'.",
            self.config(model_transaction_policy={"decoupled": False}).set_model_transaction_policy,
            {"decoupled": True},
        )

    def test_finds_tensors_and_the_policy(self):
        config = {
            "input": [{"name": "a"}],
            "output": [{"name": "b"}],
            "model_transaction_policy": {"decoupled": True},
        }
        self.assertEqual(pb_utils.get_input_config_by_name(config, "a"), {"name": "a"})
        self.assertEqual(pb_utils.get_output_config_by_name(config, "b"), {"name": "b"})
        self.assertIsNone(pb_utils.get_input_config_by_name(config, "b"))
        self.assertIsNone(pb_utils.get_output_config_by_name({}, "b"))
        self.assertTrue(pb_utils.using_decoupled_model_transaction_policy(config))
        self.assertFalse(pb_utils.using_decoupled_model_transaction_policy({}))


if __name__ == "__main__":
    unittest.main()
