import assert from "node:assert/strict";
import { test } from "node:test";
import { formatExposition, mergeFamilies } from "./exposition.ts";

test("families keep their order, labels are sorted and escaped, empty families keep their heading", () => {
  const text = formatExposition([
    {
      name: "b_total",
      help: "Second letter",
      type: "counter",
      samples: [
        { labels: { version: "1", model: 'a"b\\c\nd' }, value: 3 },
        { labels: {}, value: 0.5 },
      ],
    },
    { name: "a", help: "First letter", type: "gauge", samples: [] },
  ]);
  assert.equal(
    text,
    "# HELP b_total Second letter\n# TYPE b_total counter\n" +
      'b_total{model="a\\"b\\\\c\\nd",version="1"} 3\nb_total 0.5\n' +
      "# HELP a First letter\n# TYPE a gauge\n",
  );
});

test("values that are not finite are written as Prometheus reads them", () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const samples = values.map((value) => ({ labels: {}, value }));
  const text = formatExposition([{ name: "x", help: "x", type: "gauge", samples }]);
  assert.deepEqual(text.split("\n").slice(2, 5), ["x Nan", "x +Inf", "x -Inf"]);
});

const VALUES: readonly (readonly [number, string])[] = [
  [0.1 + 0.2, "0.3"],
  [1e15, "1000000000000000"],
  [1e16, "1e+16"],
  [123456789012345680, "1.234567890123457e+17"],
  [1e21, "1e+21"],
  [1e-4, "0.0001"],
  [1.5e-5, "1.5e-05"],
  [-1234567.875, "-1234567.875"],
  [1 / 3, "0.3333333333333333"],
  [-0, "-0"],
];

test("numbers have sixteen digits, as in C", () => {
  const samples = VALUES.map(([value]) => ({ labels: {}, value }));
  const text = formatExposition([{ name: "x", help: "", type: "gauge", samples }]);
  assert.deepEqual(
    text.split("\n").slice(1, -1),
    VALUES.map(([, expected]) => `x ${expected}`),
  );
});

test("families of equal name are put together under the first", () => {
  const family = (name: string, help: string, value: number) =>
    ({ name, help, type: "gauge", samples: [{ labels: {}, value }] }) as const;
  const merged = mergeFamilies([family("a", "one", 1), family("b", "two", 2), family("a", "", 3)]);
  assert.equal(
    formatExposition(merged),
    "# HELP a one\n# TYPE a gauge\na 1\na 3\n# HELP b two\n# TYPE b gauge\nb 2\n",
  );
});
