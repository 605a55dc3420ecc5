/** Tests the wire layer's reading of requests against a simple reference, over generated, damaged and random bytes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../../tools/fuzz-options.ts";
import { ConnectionHarness } from "./testing/connection-harness.ts";
import { parseReference } from "./testing/reference-parser.ts";
import { requestCases } from "./testing/request-cases.ts";

interface Outcome {
  readonly requests: readonly string[];
  readonly fault: number | null;
  /** Requests that are not answered. */
  readonly unfinishedCount: number;
}

/** Cuts `input` at the given fractions of its size and reads it piece by piece. */
function read(input: string, cuts: readonly number[]): Outcome {
  const harness = new ConnectionHarness();
  const places = cuts.map((cut) => Math.floor(cut * input.length)).sort((a, b) => a - b);
  let start = 0;
  for (const end of [...places, input.length]) {
    if (end > start) {
      harness.receive(input.slice(start, end));
      start = end;
    }
  }
  assert.deepEqual(harness.errors, [], "nothing throws");
  const statuses = harness.statuses.filter((status) => status !== 100);
  const faults = statuses.filter((status) => status !== 200);
  assert.ok(faults.length <= 1, "a connection has one fault at most");
  assert.equal(statuses.length - faults.length, harness.requests.length);
  if (faults.length === 1) {
    assert.equal(statuses.at(-1), faults[0], "nothing is answered after a fault");
    assert.equal(harness.connection.isOpen, false, "a fault ends the connection");
  }
  return {
    requests: harness.requests,
    fault: faults[0] ?? null,
    unfinishedCount: harness.context.exchangeCount,
  };
}

const RUNS_AT_ONCE = 100;
let runCount = 0;

/** What a connection leaves to a later turn of the event loop piles up if none comes. */
async function breathe(): Promise<void> {
  if (++runCount % RUNS_AT_ONCE === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function agree(input: string, cuts: readonly number[]): Promise<void> {
  await breathe();
  const reference = parseReference(input);
  const outcome = read(input, cuts);
  assert.deepEqual(outcome.requests, reference.requests);
  if (reference.end !== "incomplete") {
    assert.equal(outcome.fault !== null, reference.end === "fault", `fault ${outcome.fault}`);
    assert.equal(outcome.unfinishedCount, 0);
  }
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });

const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/);
const value = fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,20}$/);
const anyBytes = (sizeMax: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength: sizeMax }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const text = anyBytes(40);
const plainName = token.filter(
  (name) =>
    !["host", "expect", "connection", "content-length", "transfer-encoding"].includes(
      name.toLowerCase(),
    ),
);
const headerLine = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(plainName, value).map(([name, rest]) => `${name}:${rest}`) },
  fc.constantFrom("Connection: keep-alive", "Connection: close", "connection: x , CLOSE"),
  fc.constantFrom("Expect: 100-continue", "Upgrade: h2c"),
);

function chunkedBody(
  pieces: readonly string[],
  extension: string,
  trailers: readonly string[],
): string {
  const chunks = pieces
    .filter((piece) => piece !== "")
    .map((piece) => `${piece.length.toString(16)}${extension}\r\n${piece}\r\n`);
  return `${chunks.join("")}0\r\n${trailers.map((line) => `${line}\r\n`).join("")}\r\n`;
}

const framedBody = fc.oneof(
  fc.constant({ line: null, body: "" }),
  text.map((body) => ({ line: `Content-Length: ${body.length}`, body })),
  fc
    .tuple(
      fc.array(text, { maxLength: 4 }),
      fc.constantFrom("", ";a", ";a=b", ';a="b;\\"\r\n"'.replace("\r\n", ""), ";a;b=c"),
      fc.array(fc.tuple(plainName, value), { maxLength: 2 }),
    )
    .map(([pieces, extension, trailers]) => ({
      line: "Transfer-Encoding: chunked",
      body: chunkedBody(
        pieces,
        extension,
        trailers.map(([name, rest]) => `${name}:${rest}`),
      ),
    })),
);

const request = fc
  .record({
    blank: fc.constantFrom("", "", "\r\n", "\r\n\r\n"),
    method: fc.constantFrom("GET", "POST", "HEAD", "DELETE", "M-SEARCH"),
    target: fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,20}$/).map((rest) => `/${rest}`),
    host: fc.constantFrom([], ["Host: localhost:8000"]),
    headers: fc.array(headerLine, { maxLength: 5 }),
    framed: framedBody,
  })
  .map(({ blank, method, target, host, headers, framed }) => {
    const lines = [...host, ...headers, ...(framed.line === null ? [] : [framed.line])];
    const head = [`${method} ${target} HTTP/1.1`, ...lines].join("\r\n");
    return `${blank}${head}\r\n\r\n${framed.body}`;
  });

const pipeline = fc.array(request, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""));

test("well-formed requests are read as they were meant, whatever the pieces", async () => {
  const property = fc.asyncProperty(pipeline, cuts, async (input, places) => {
    assert.equal(parseReference(input).end, "complete");
    await agree(input, places);
  });
  await fc.assert(property, fuzzOptions());
});

const damage = fc.record({
  place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  kind: fc.constantFrom("insert", "replace", "remove", "repeat"),
  bytes: fc.oneof(
    fc.constantFrom("\r", "\n", "\r\n", ":", " ", "\t", "\0", ",", ";", '"', "=", "0", "a", "\xff"),
    fc.constantFrom("Content-Length: 1\r\n", "Transfer-Encoding: chunked\r\n", "Host: b\r\n"),
  ),
});

function damaged(
  input: string,
  { place, kind, bytes }: { place: number; kind: string; bytes: string },
): string {
  const position = Math.floor(place * input.length);
  const before = input.slice(0, position);
  switch (kind) {
    case "insert":
      return before + bytes + input.slice(position);
    case "replace":
      return before + bytes + input.slice(position + 1);
    case "remove":
      return before + input.slice(position + 1);
    default:
      return before + input.slice(Math.max(0, position - 10));
  }
}

test("damaged requests are read, or refused, as the reference does", async () => {
  const property = fc.asyncProperty(
    pipeline,
    fc.array(damage, { minLength: 1, maxLength: 3 }),
    cuts,
    async (input, damages, places) => {
      await agree(damages.reduce(damaged, input), places);
    },
  );
  await fc.assert(property, fuzzOptions());
});

test("the table's requests, damaged, too", async () => {
  const property = fc.asyncProperty(
    fc.constantFrom(...requestCases),
    fc.array(damage, { maxLength: 2 }),
    cuts,
    async ({ input }, damages, places) => {
      await agree(damages.reduce(damaged, input), places);
    },
  );
  await fc.assert(property, fuzzOptions());
});

test("any bytes are read to an end without a throw", async () => {
  const property = fc.asyncProperty(anyBytes(300), cuts, async (input, places) => {
    await agree(input, places);
  });
  await fc.assert(property, fuzzOptions());
});
