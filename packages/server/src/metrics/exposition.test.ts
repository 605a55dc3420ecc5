import assert from "node:assert/strict";
import { test } from "node:test";
import { formatExposition } from "./exposition.ts";

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
