import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@nereid/protocol";
import type { CustomMetricFamily, MetricKind } from "../model/custom-metrics.ts";
import { CustomMetricRegistry } from "./custom-metrics.ts";
import { formatExposition } from "./exposition.ts";

const BUILT_IN = [{ name: "nv_inference_count", type: "counter" as const }];

function setUp() {
  const registry = new CustomMetricRegistry(BUILT_IN);
  const scope = registry.openScope();
  const family = (kind: MetricKind, name = "x", description = "help"): CustomMetricFamily =>
    scope.createFamily({ name, description, kind });
  return { registry, scope, family, page: () => formatExposition(registry.families()) };
}

const NO_LABELS = new Map<string, string>();

function error(code: StatusCode, message: string) {
  return { name: "TritonError", code, message };
}

test("counters, gauges and histograms are on the page", () => {
  const { family, page } = setUp();
  family("counter", "c", 'two\nlines \\ "quoted"')
    .addMetric(new Map([["b", "2"]]), null)
    .increment(2.5);
  const gauge = family("gauge", "g", "").addMetric(NO_LABELS, null);
  gauge.set(3);
  gauge.increment(-5);
  const histogram = family("histogram", "h").addMetric(new Map([["z", "1"]]), [0.1, 1, 10]);
  for (const value of [0.05, 0.1, 1, 5, 50]) {
    histogram.observe(value);
  }
  assert.equal(
    page(),
    [
      '# HELP c two\\nlines \\\\ "quoted"',
      "# TYPE c counter",
      'c{b="2"} 2.5',
      "# TYPE g gauge",
      "g -2",
      "# HELP h help",
      "# TYPE h histogram",
      'h_count{z="1"} 5',
      'h_sum{z="1"} 56.15',
      'h_bucket{z="1",le="0.1"} 2',
      'h_bucket{z="1",le="1"} 3',
      'h_bucket{z="1",le="10"} 4',
      'h_bucket{z="1",le="+Inf"} 5',
      "",
    ].join("\n"),
  );
});

test("an infinite last bound is the bucket above all others", () => {
  const { family, page } = setUp();
  family("histogram").addMetric(NO_LABELS, [1, Number.POSITIVE_INFINITY]).observe(7);
  const lines = page().split("\n");
  assert.deepEqual(
    lines.filter((line) => line.includes("_bucket")),
    ['x_bucket{le="1"} 0', 'x_bucket{le="+Inf"} 1'],
  );
});

const REFUSED: readonly (readonly [
  MetricKind,
  "value" | "increment" | "set" | "observe",
  string,
])[] = [
  ["counter", "set", "TRITONSERVER_METRIC_KIND_COUNTER does not support Set"],
  ["counter", "observe", "TRITONSERVER_METRIC_KIND_COUNTER does not support Observe"],
  ["gauge", "observe", "TRITONSERVER_METRIC_KIND_GAUGE does not support Observe"],
  ["histogram", "value", "TRITONSERVER_METRIC_KIND_HISTOGRAM does not support Value"],
  ["histogram", "increment", "TRITONSERVER_METRIC_KIND_HISTOGRAM does not support Increment"],
  ["histogram", "set", "TRITONSERVER_METRIC_KIND_HISTOGRAM does not support Set"],
];

for (const [kind, operation, message] of REFUSED) {
  test(`a ${kind} refuses ${operation}`, () => {
    const { family } = setUp();
    const metric = family(kind).addMetric(NO_LABELS, kind === "histogram" ? [1] : null);
    assert.throws(() => metric[operation](1), error(StatusCode.Unsupported, message));
  });
}

test("a counter does not go down", () => {
  const { family } = setUp();
  const metric = family("counter").addMetric(NO_LABELS, null);
  assert.throws(
    () => metric.increment(-1),
    error(
      StatusCode.InvalidArg,
      "TRITONSERVER_METRIC_KIND_COUNTER can only be incremented monotonically by non-negative values.",
    ),
  );
  assert.equal(metric.value(), 0);
});

test("names, labels and buckets that cannot be are refused and leave nothing behind", () => {
  const { family, scope, page } = setUp();
  for (const name of ["", "1a", "a b", "__x", "ü", "a-b", "x\n"]) {
    assert.throws(
      () => family("gauge", name),
      error(StatusCode.InvalidArg, "Invalid metric name"),
      name,
    );
  }
  assert.equal(page(), "");
  const histogram = family("histogram", "a:b");
  const gauge = family("gauge");
  for (const label of ["", "1a", "a b", "__x", "a:b"]) {
    const labels = new Map([[label, "v"]]);
    assert.throws(() => gauge.addMetric(labels, null), /^TritonError: Invalid label name$/);
  }
  assert.throws(() => histogram.addMetric(new Map([["le", "v"]]), [1]), /Invalid label name/);
  for (const buckets of [[2, 1], [1, 1], [1, Number.NaN], [Number.NaN]]) {
    assert.throws(() => histogram.addMetric(NO_LABELS, buckets), /must be strictly sorted/);
  }
  assert.throws(() => histogram.addMetric(NO_LABELS, null), /Bucket boundaries not found/);
  assert.throws(() => gauge.addMetric(NO_LABELS, []), /Unexpected args found in gauge Metric/);
  assert.equal(
    page()
      .split("\n")
      .filter((line) => !line.startsWith("#"))
      .join(""),
    "",
  );
  scope.close();
  assert.equal(page(), "");
});

test("a name has one kind, and its first description", () => {
  const { registry, family, page } = setUp();
  family("gauge", "x", "first");
  const other = registry.openScope();
  const message = "Family name already exists with different type";
  const define = (name: string, kind: MetricKind) =>
    other.createFamily({ name, description: "second", kind });
  assert.throws(() => define("x", "counter"), error(StatusCode.InvalidArg, message));
  assert.throws(() => define("nv_inference_count", "gauge"), { message });
  define("nv_inference_count", "counter");
  define("x", "gauge").addMetric(NO_LABELS, null).set(1);
  assert.match(page(), /# HELP x first\n# TYPE x gauge\nx 1\n/);
});

test("series with equal labels are one, and end with their last holder", () => {
  const { registry, family, scope, page } = setUp();
  const labels = new Map([
    ["b", "1"],
    ["a", "2"],
  ]);
  const mine = family("counter").addMetric(labels, null);
  const otherScope = registry.openScope();
  const others = otherScope
    .createFamily({ name: "x", description: "", kind: "counter" })
    .addMetric(new Map([...labels].reverse()), null);
  mine.increment(1);
  others.increment(2);
  assert.equal(mine.value(), 3);
  scope.close();
  assert.match(page(), /^x\{a="2",b="1"\} 3$/m);
  assert.throws(
    () => mine.increment(1),
    error(StatusCode.Internal, "Could not increment metric value. Metric has been invalidated."),
  );
  others.release();
  others.release();
  assert.match(page(), /# TYPE x counter\n$/);
  otherScope.close();
  otherScope.close();
  assert.equal(page(), "");
});

test("a released family takes its metrics with it and its name becomes free", () => {
  const { family, page } = setUp();
  const gauge = family("gauge");
  const metric = gauge.addMetric(NO_LABELS, null);
  gauge.release();
  gauge.release();
  assert.throws(() => metric.value(), /Could not get metric value/);
  assert.throws(() => gauge.addMetric(NO_LABELS, null), /has been released/);
  family("counter");
  assert.match(page(), /# TYPE x counter/);
});

test("there is a limit to families and to series", () => {
  const { family } = setUp();
  const gauge = family("gauge");
  for (let index = 0; index < 10_000; index++) {
    gauge.addMetric(new Map([["i", String(index)]]), null);
  }
  assert.throws(() => gauge.addMetric(new Map([["i", "x"]]), null), /more than 10000 metrics/);
  gauge.addMetric(new Map([["i", "7"]]), null);
  for (let index = 1; index < 1000; index++) {
    family("gauge", `f${index}`);
  }
  assert.throws(() => family("gauge", "one_more"), /more than 1000 metric families/);
});
