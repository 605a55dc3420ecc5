import type { Look } from "../look.ts";
import {
  type Case,
  infer,
  logged,
  type RequestStep,
  type Suite,
  send,
  testCase,
} from "../suite.ts";
import { CODE, codeRequest, pythonModel, pythonSource, RESULT } from "./python-models.ts";
import { identityOf } from "./sample-models.ts";

function probe(code: string, look: Look = {}): RequestStep {
  return infer("probe", codeRequest(code), look);
}

function probed(name: string, code: string): Case {
  return testCase(name, probe(code));
}

/** A case that the real server dies of, now and then or always: an exception passes between its threads. */
function deadly(name: string, code: string): Case {
  return { ...probed(name, code), isDeadlyForPeer: true };
}

/** A metric's family and one metric of it; each case has names of its own, since families live as long as their objects. */
function metric(name: string, kind: string, code: string, labels = `{"a": "b"}`): string {
  return `f = pb.MetricFamily("${name}", "described", pb.MetricFamily.${kind})\nm = f.Metric(labels=${labels})\n${code}`;
}

function histogram(name: string, code: string): string {
  return `f = pb.MetricFamily("${name}", "described", pb.MetricFamily.HISTOGRAM)\n${code}`;
}

/** The metrics page's lines of models: the server's own change from run to run. */
const OWN_LINES: Look = { masks: [[/^(?!.*kept_).*\n/gm, ""]], anyLineOrder: true };

function page(): RequestStep {
  return { ...send("/metrics", OWN_LINES), port: "metrics" };
}

const KEEP = (name: string, kind: string, change: string, more = ""): string =>
  `model.${name} = pb.MetricFamily("${name}", "described", pb.MetricFamily.${kind})\nm = model.${name}.Metric(labels={"l": "v"}${more})\n${change}`;

/** Metrics that models keep. */
export const pythonMetricsSuite: Suite = {
  name: "L0_python_metrics",
  about: "metrics of Python models: values, refusals with their texts, and the metrics page",
  models: [pythonModel("probe", pythonSource("probe"), { inputs: [CODE], outputs: [RESULT] })],
  flags: [],
  needsPython: true,
  cases: [
    probed(
      "counter",
      metric(
        "c1",
        "COUNTER",
        "(m.value(), m.increment(2), m.value(), m.increment(0.5), m.value())",
      ),
    ),
    probed(
      "gauge",
      metric(
        "g1",
        "GAUGE",
        "(m.increment(-1.5), m.value(), m.set(7), m.value(), m.increment(True), m.value())",
      ),
    ),
    probed("kinds", "(pb.MetricFamily.COUNTER, pb.MetricFamily.GAUGE)"),
    probed(
      "same_labels",
      metric(
        "c2",
        "COUNTER",
        `n = f.Metric(labels={"a": "b"})\n(m.increment(1), n.increment(2), m.value(), n.value())`,
      ),
    ),
    probed("no_labels", metric("c3", "COUNTER", "m.value()", "None")),
    probed("empty_labels", metric("c4", "COUNTER", "m.value()", "{}")),
    probed("counter_down", metric("c5", "COUNTER", "m.increment(-1)")),
    probed("counter_set", metric("c6", "COUNTER", "m.set(1)")),
    probed("counter_observe", metric("c7", "COUNTER", "m.observe(1)")),
    probed("increment_by_text", metric("c8", "COUNTER", `m.increment("x")`)),
    probed("list_of_labels", metric("c9", "COUNTER", "1", "[1]")),
    deadly("label_key_number", metric("c10", "COUNTER", "1", `{3: "a"}`)),
    probed(
      "buckets_of_counter",
      metric("c11", "COUNTER", `f.Metric(labels={"a": "b"}, buckets=[1])`),
    ),
    probed("without_family", metric("g2", "GAUGE", "del f\nm.value()")),
    probed("set_without_family", metric("g3", "GAUGE", "del f\nm.set(1)")),
    probed("increment_without_family", metric("g4", "GAUGE", "del f\nm.increment(1)")),
    probed("histogram_without_buckets", histogram("h1", `f.Metric(labels={"a": "b"})`)),
    probed(
      "histogram",
      histogram("h2", `m = f.Metric(labels={"a": "b"}, buckets=[0.1, 1])\nm.observe(1)`),
    ),
    deadly(
      "histogram_increment",
      histogram("h3", `f.Metric(labels={"a": "b"}, buckets=[0.1, 1]).increment(1)`),
    ),
    probed(
      "histogram_set",
      histogram("h4", `f.Metric(labels={"a": "b"}, buckets=[0.1, 1]).set(1)`),
    ),
    probed("tuple_of_buckets", histogram("h5", `f.Metric(labels={"a": "b"}, buckets=(0.1, 1))`)),
    deadly("buckets_downwards", histogram("h6", `f.Metric(labels={"a": "b"}, buckets=[3, 1])`)),
    deadly("histogram_value", histogram("h7", `f.Metric(labels={"a": "b"}, buckets=[1]).value()`)),
    deadly("label_value_number", metric("c12", "COUNTER", "1", `{"a": 3}`)),
    deadly("empty_name", metric("", "COUNTER", "1")),
    probed("name_with_space", metric("a b", "COUNTER", "1")),
    probed("kind_number", `pb.MetricFamily("c13", "d", 3)`),
    probed("no_description", `pb.MetricFamily("c13", None, pb.MetricFamily.COUNTER)`),
    testCase(
      "page",
      probe(KEEP("kept_counter", "COUNTER", "m.increment(2.5)")),
      probe(KEEP("kept_gauge", "GAUGE", "m.set(-3)")),
      probe(
        KEEP(
          "kept_histogram",
          "HISTOGRAM",
          "(m.observe(0.05), m.observe(5))",
          ", buckets=[0.1, 1]",
        ),
      ),
      page(),
      probe("del model.kept_gauge\n1"),
      page(),
    ),
  ],
};

const LOG = /(said in Python \w+)/;

/** What models ask of the server beside inferences. */
export const pythonServicesSuite: Suite = {
  name: "L0_python_services",
  about: "logs of Python models, and models that load, unload and ask after models",
  models: [
    identityOf("FP32"),
    pythonModel("probe", pythonSource("probe"), { inputs: [CODE], outputs: [RESULT] }),
  ],
  flags: ["--model-control-mode=explicit", "--load-model=probe"],
  needsPython: true,
  cases: [
    testCase(
      "log_info",
      probe(`pb.Logger.log_info("said in Python information")`),
      logged(/(.) .*?said in Python information/),
    ),
    testCase("log", probe(`pb.Logger.log("said in Python something")`), logged(LOG)),
    testCase("log_warning", probe(`pb.Logger.log_warn("said in Python warning")`), logged(LOG)),
    testCase(
      "log_error",
      probe(`pb.Logger.log("said in Python error", pb.Logger.ERROR)`),
      logged(LOG),
    ),
    testCase(
      "log_verbose_is_off",
      probe(`pb.Logger.log_verbose("said in Python verbosely")`),
      probe(`pb.Logger.log_info("said in Python afterwards")`),
      logged(LOG),
    ),
    probed(
      "ready",
      `(pb.is_model_ready("probe"), pb.is_model_ready("probe", "1"), pb.is_model_ready("probe", "2"), pb.is_model_ready("nope"), pb.is_model_ready("probe", "3x"))`,
    ),
    deadly("ready_of_text", `pb.is_model_ready("probe", "x")`),
    probed("ready_of_number", `pb.is_model_ready("probe", 3)`),
    deadly("ready_negative", `pb.is_model_ready("probe", "-3")`),
    deadly("ready_too_large", `pb.is_model_ready("probe", "99999999999999999999")`),
    probed(
      "load_unload",
      `(pb.is_model_ready("identity_fp32"), pb.load_model("identity_fp32"), pb.is_model_ready("identity_fp32"), pb.unload_model("identity_fp32"))`,
    ),
    testCase(
      "load_serves",
      probe(`pb.load_model("identity_fp32")`),
      infer("identity_fp32", {
        inputs: [{ name: "INPUT0", shape: [1], datatype: "FP32", data: [1.5] }],
      }),
    ),
    probed("load_unknown", `pb.load_model("nope")`),
    probed("load_null", "pb.load_model(None)"),
    probed("load_files_number", `pb.load_model("nope", files=3)`),
    probed("load_files_of_number", `pb.load_model("nope", files={"a": 3})`),
    deadly("load_files_without_config", `pb.load_model("nope", files={"file:1/model.onnx": b"x"})`),
    probed("load_broken_config", `pb.load_model("identity_fp32", config="{")`),
    probed("unload_unknown", `pb.unload_model("nope")`),
  ],
};
