import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesElements, chunkedBody, httpRequest, inferRequest } from "./http-request.ts";

test("a request has Host, and a length where it has a body", () => {
  assert.equal(
    Buffer.from(httpRequest("/a")).toString(),
    "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n",
  );
  assert.equal(
    Buffer.from(httpRequest("/a", { body: "é" })).toString(),
    "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\né",
  );
});

test("headers that are given are not added again", () => {
  const text = Buffer.from(
    httpRequest("/a", { body: "x", headers: { hOsT: "h", "content-length": "9" } }),
  ).toString();
  assert.equal(text, "POST /a HTTP/1.1\r\nhOsT: h\r\ncontent-length: 9\r\n\r\nx");
});

test("binary tensors stand behind the JSON, whose length is sent", () => {
  const text = Buffer.from(
    inferRequest("m", { a: 1 }, { version: "2", binary: [Buffer.from("xy")] }),
  ).toString();
  assert.match(text, /^POST \/v2\/models\/m\/versions\/2\/infer /);
  assert.match(
    text,
    /\r\nInference-Header-Content-Length: 7\r\nContent-Length: 9\r\n|\r\nContent-Length: 9\r\n/,
  );
  assert.ok(text.includes("Inference-Header-Content-Length: 7"));
  assert.ok(text.endsWith('{"a":1}xy'));
});

test("BYTES elements are packed with their lengths", () => {
  assert.deepEqual([...bytesElements(["é", ""])], [2, 0, 0, 0, 0xc3, 0xa9, 0, 0, 0, 0]);
});

test("a body is cut into chunks", () => {
  assert.equal(
    Buffer.from(chunkedBody(Buffer.from("abcde"), 2)).toString(),
    "2\r\nab\r\n2\r\ncd\r\n1\r\ne\r\n0\r\n\r\n",
  );
});
