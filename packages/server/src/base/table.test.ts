import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTable } from "./table.ts";

const STATUS =
  "UNAVAILABLE: Internal: onnx runtime error 2: Load model from /models/bad/1/model.onnx failed:No graph was found in the protobuf.";

// The expected tables are those of tritonserver 2.51.0, in a terminal of the width given where there is one.

test("columns are as wide as their content", () => {
  assert.equal(
    formatTable(
      ["Model", "Version", "Status"],
      [
        ["bad", "1", STATUS],
        ["nover", "-", "Not loaded: No model version was found"],
        ["ok", "1", "READY"],
      ],
    ),
    `\
+-------+---------+----------------------------------------------------------------------------------------------------------------------------------+
| Model | Version | Status                                                                                                                           |
+-------+---------+----------------------------------------------------------------------------------------------------------------------------------+
| bad   | 1       | UNAVAILABLE: Internal: onnx runtime error 2: Load model from /models/bad/1/model.onnx failed:No graph was found in the protobuf. |
| nover | -       | Not loaded: No model version was found                                                                                           |
| ok    | 1       | READY                                                                                                                            |
+-------+---------+----------------------------------------------------------------------------------------------------------------------------------+
`,
  );
});

test("a table without rows is its heading", () => {
  assert.equal(
    formatTable(["Repository Agent", "Path"], []),
    `\
+------------------+------+
| Repository Agent | Path |
+------------------+------+
+------------------+------+
`,
  );
});

test("cells are broken where the terminal is too narrow", () => {
  assert.equal(
    formatTable(
      ["Model", "Version", "Status"],
      [
        ["bad", "1", STATUS],
        ["nover", "-", "Not loaded: No model version was found"],
        ["ok", "1", "READY"],
      ],
      80,
    ),
    `\
+-------+---------+-----------------------------------------------------------+
| Model | Version | Status                                                    |
+-------+---------+-----------------------------------------------------------+
| bad   | 1       | UNAVAILABLE: Internal: onnx runtime error 2: Load model f |
|       |         | rom /models/bad/1/model.onnx failed:No graph was found in |
|       |         |  the protobuf.                                            |
| nover | -       | Not loaded: No model version was found                    |
| ok    | 1       | READY                                                     |
+-------+---------+-----------------------------------------------------------+
`,
  );
});

test("wide columns share what narrow ones leave, and a row is as high as its highest cell", () => {
  assert.equal(
    formatTable(
      ["A", "B", "C"],
      [
        [
          "identity",
          "/backends/identity/library.so",
          '{"cmdline":{"auto-complete-config":"true"}}',
        ],
        ["ort", "", "{}"],
      ],
      40,
    ),
    `\
+----------+-------------+-------------+
| A        | B           | C           |
+----------+-------------+-------------+
| identity | /backends/i | {"cmdline": |
|          | dentity/lib | {"auto-comp |
|          | rary.so     | lete-config |
|          |             | ":"true"}}  |
| ort      |             | {}          |
+----------+-------------+-------------+
`,
  );
});

test("lines of a cell stay lines, and a line end at the end adds none", () => {
  assert.equal(
    formatTable(["A", "B"], [["one\ntwo\n", "x"]]),
    "+-----+---+\n| A   | B |\n+-----+---+\n| one | x |\n| two |   |\n+-----+---+\n",
  );
});

test("a terminal too narrow for anything still shows a character a column", () => {
  assert.equal(formatTable(["A"], [["ab"]], 0), "+---+\n| A |\n+---+\n| a |\n| b |\n+---+\n");
});

test("a character of several bytes is one column", () => {
  assert.equal(
    formatTable(["A"], [["né\u{1f600}"]]),
    "+-----+\n| A   |\n+-----+\n| né\u{1f600} |\n+-----+\n",
  );
});
