import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { ModelConfigSchema } from "../../gen/inference/model_config_pb.ts";
import { readText } from "./read-text.ts";
import { TextFormatError } from "./text-format-error.ts";
import { writeText } from "./write-text.ts";

interface RecordedText {
  readonly text: string;
  /** What the real server prints of it. */
  readonly written?: string;
  /** What the real server logs of it, without the part that names the type. */
  readonly problems?: readonly string[];
}

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "golden", "texts.json"), "utf8"),
) as { readonly source: string; readonly cases: readonly RecordedText[] };

function problemsOf(text: string | Uint8Array): readonly string[] {
  try {
    readText(ModelConfigSchema, text);
  } catch (error) {
    assert.ok(error instanceof TextFormatError);
    return error.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
  }
  return [];
}

describe(`texts recorded from ${recorded.source}`, () => {
  for (const { text, written, problems } of recorded.cases) {
    test(JSON.stringify(text).slice(0, 100), () => {
      assert.deepEqual(problemsOf(text), problems ?? []);
      if (written !== undefined) {
        const message = readText(ModelConfigSchema, text);
        assert.equal(writeText(ModelConfigSchema, message), written);
      }
    });
  }
});

test("an error carries the lines that libprotobuf logs", () => {
  assert.throws(() => readText(ModelConfigSchema, 'platform: "\\q" foo: 1'), {
    name: "TextFormatError",
    lines: [
      "Error parsing text-format inference.ModelConfig: 1:13: Invalid escape sequence in string literal.",
      'Error parsing text-format inference.ModelConfig: 1:19: Message type "inference.ModelConfig" has no field named "foo".',
    ],
  });
});

test("text that is no UTF-8 is refused at its literal", () => {
  const refused = ["1:7: String is not valid UTF-8."];
  assert.deepEqual(problemsOf('name: "\\xff"'), refused);
  assert.deepEqual(problemsOf('name: "\\ud83d"'), refused);
  assert.deepEqual(problemsOf('name: "\\ud83d\\ud83d\\ude00"'), refused);
  assert.deepEqual(problemsOf(Buffer.from('name: "\xc3"', "latin1")), refused);
  // Bytes that are UTF-8 together, from two escapes and from two literals.
  assert.equal(readText(ModelConfigSchema, 'name: "\\xc3\\251"').name, "é");
  assert.equal(readText(ModelConfigSchema, 'name: "\\xc3" "\\xa9"').name, "é");
});

test("of two map entries with one key the last counts", () => {
  const text =
    'parameters { key: "a" value { string_value: "1" } } parameters { key: "a" value { } }';
  const { parameters } = readText(ModelConfigSchema, text);
  assert.deepEqual(
    Object.entries(parameters).map(([key, { stringValue }]) => [key, stringValue]),
    [["a", ""]],
  );
});

test("a byte-order mark is text inside a literal only", () => {
  assert.equal(readText(ModelConfigSchema, 'name: "\ufeffa"').name, "\ufeffa");
});

test("a file of rubbish gives up after a hundred problems", () => {
  assert.equal(problemsOf(new Uint8Array(1_000_000).fill(1)).length, 1);
  assert.equal(problemsOf('"\\q" '.repeat(100_000)).length, 2);
  assert.equal(problemsOf(`name: ${'"\\q" '.repeat(100_000)}`).length, 100);
});
