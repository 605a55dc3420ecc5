// Tests how numbers are read and printed against recorded answers of the real server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { ByteWriter } from "./byte-writer.ts";
import { decodeInferRequest } from "./decode-infer-request.ts";
import { writeDouble } from "./json-writer.ts";

const golden = JSON.parse(
  readFileSync(new URL("../../testdata/numbers.golden.json", import.meta.url), "utf8"),
) as {
  /** Text, and the bytes that it becomes as FP64 and as FP32, in hex. */
  readonly parsed: readonly (readonly [string, string, string])[];
  /** Bytes of a double in hex, and its text. */
  readonly printed: readonly (readonly [string, string])[];
};

function parsedAs(datatype: "FP64" | "FP32", texts: readonly string[]): Uint8Array {
  const body = new TextEncoder().encode(
    `{"inputs":[{"name":"X","datatype":"${datatype}","shape":[${texts.length}],"data":[${texts.join(", ")}]}]}`,
  );
  const request = decodeInferRequest(body, null, { modelName: "", inputSizeMax: 1 << 20 });
  return request.inputs[0]!.bytes;
}

for (const [datatype, byteSize, column] of [
  ["FP64", 8, 1],
  ["FP32", 4, 2],
] as const) {
  test(`numbers are read as ${datatype} to the bit as by the real server`, () => {
    const bytes = parsedAs(
      datatype,
      golden.parsed.map(([text]) => text),
    );
    golden.parsed.forEach((row, index) => {
      const actual = bytes.subarray(index * byteSize, (index + 1) * byteSize);
      assert.equal(Buffer.from(actual).toString("hex"), row[column], row[0]);
    });
  });
}

test("doubles are printed as by the real server", () => {
  const writer = new ByteWriter(8);
  for (const [hex, text] of golden.printed) {
    writer.position = 0;
    writeDouble(writer, Buffer.from(hex, "hex").readDoubleLE());
    assert.equal(Buffer.from(writer.bytes.subarray(0, writer.position)).toString(), text);
  }
});
