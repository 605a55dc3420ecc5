import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { ModelConfigSchema } from "../../gen/inference/model_config_pb.ts";
import { formatDouble, formatFloat } from "./format-number.ts";
import { writeText } from "./write-text.ts";

test("doubles print with 15 digits, or 17 where that loses", () => {
  // The right side is printf's.
  const expected: readonly (readonly [number, string])[] = [
    [0.1, "0.1"],
    [1, "1"],
    [-2.5, "-2.5"],
    [123456.789, "123456.789"],
    [100000, "100000"],
    [1e15, "1e+15"],
    [123456789012345, "123456789012345"],
    [1e21, "1e+21"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1e-7, "1e-07"],
    [1e100, "1e+100"],
    [0.1 + 0.2, "0.30000000000000004"],
    [Math.PI, "3.1415926535897931"],
    [12345678901234567000, "1.2345678901234567e+19"],
    [Number.MAX_VALUE, "1.7976931348623157e+308"],
    [Number.MIN_VALUE, "4.94065645841247e-324"],
    [999999999999999.9, "999999999999999.88"],
    [0, "0"],
    [-0, "-0"],
    [Number.NaN, "nan"],
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "-inf"],
  ];
  for (const [value, text] of expected) {
    assert.equal(formatDouble(value), text);
  }
});

test("floats print with 6 digits, or 9 where that loses, ties to even", () => {
  const expected: readonly (readonly [number, string])[] = [
    [0.1, "0.1"],
    [0.123456789, "0.123456791"],
    [16777216, "16777216"],
    [3.4028234663852886e38, "3.40282347e+38"],
    [1e10, "1e+10"],
    [2 ** -13, "0.000122070312"],
    [999999.5, "999999.5"],
  ];
  for (const [value, text] of expected) {
    assert.equal(formatFloat(Math.fround(value)), text);
  }
});

test("fields the recordings lack are written like the others", () => {
  const config = create(ModelConfigSchema, {
    modelMetrics: {
      metricControl: [
        {
          metricIdentifier: { family: "nv_x" },
          metricOptions: { case: "histogramOptions", value: { buckets: [0.1, 2] } },
        },
      ],
    },
    modelRepositoryAgents: { agents: [{ name: "checksum", parameters: { b: "2", a: "1" } }] },
  });
  assert.equal(
    writeText(ModelConfigSchema, config),
    `model_repository_agents {
  agents {
    name: "checksum"
    parameters {
      key: "a"
      value: "1"
    }
    parameters {
      key: "b"
      value: "2"
    }
  }
}
model_metrics {
  metric_control {
    metric_identifier {
      family: "nv_x"
    }
    histogram_options {
      buckets: 0.1
      buckets: 2
    }
  }
}
`,
  );
});

test("map keys are ordered by value or by their UTF-8 bytes", () => {
  const config = create(ModelConfigSchema, {
    metricTags: { "\u{1f600}": "", "\uffff": "", b: "", B: "" },
    schedulingChoice: {
      case: "dynamicBatching",
      value: { priorityQueuePolicy: { "10": {}, "9": {}, "18446744073709551615": {} } },
    },
  });
  const keys = writeText(ModelConfigSchema, config)
    .split("\n")
    .filter((line) => line.includes("key:"))
    .map((line) => line.trim());
  assert.deepEqual(keys, [
    'key: "B"',
    'key: "b"',
    'key: "\\357\\277\\277"',
    'key: "\\360\\237\\230\\200"',
    "key: 9",
    "key: 10",
    "key: 18446744073709551615",
  ]);
});
