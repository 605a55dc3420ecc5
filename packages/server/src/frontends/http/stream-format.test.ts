import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptedStream, framed } from "./stream-format.ts";

test("the first kind of stream that a client accepts is meant", () => {
  const cases = [
    [undefined, null],
    ["", null],
    ["*/*, application/json", null],
    ["application/x-ndjson", "ndjson"],
    ["text/event-stream", "events"],
    ["application/json, Text/Event-Stream;q=0.5, application/x-ndjson", "events"],
    ["text/event-stream;q=0, application/x-ndjson; q=1", "ndjson"],
    ["text/event-stream; q=0.00", null],
    ["text/event-streams", null],
  ] as const;
  for (const [accept, format] of cases) {
    assert.equal(acceptedStream(accept), format, accept);
  }
});

test("an answer is a line, or an event", () => {
  const json = Buffer.from("{}");
  assert.equal(Buffer.from(framed("ndjson", json)).toString(), "{}\n");
  assert.equal(Buffer.from(framed("events", json)).toString(), "data: {}\n\n");
});
