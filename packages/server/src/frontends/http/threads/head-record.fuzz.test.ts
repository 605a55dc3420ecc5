import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../../tools/fuzz-options.ts";
import { AssertionError } from "../../../base/assert.ts";
import { systemClock } from "../../../base/clock.ts";
import { createRingMemory } from "../../../threads/ring.ts";
import { RingPort } from "../../../threads/ring-port.ts";
import { HeadScan, SCAN_COMPLETE } from "../wire/head-scan.ts";
import { RequestHead } from "../wire/request-head.ts";
import { wireLimitsDefault } from "../wire/wire-limits.ts";
import {
  type RequestEnvelope,
  RequestRecordReader,
  requestRecordSize,
  writeRequest,
} from "./head-record.ts";
import { type ContentPlace, NO_BUFFER, readSize, writeSize } from "./records.ts";

const token = fc.stringMatching(/^[A-Za-z0-9-]{1,20}$/);
const method = fc.stringMatching(/^[A-Z-]{1,32}$/).filter((name) => name !== "CONNECT");
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]{0,40}$/);
const target = fc.stringMatching(/^\/[\x21-\x7e\x80-\xff]{0,60}$/);

const headText = fc
  .record({
    blank: fc.constantFrom("", "\r\n"),
    method,
    target,
    minor: fc.constantFrom("0", "1"),
    headers: fc.array(
      fc.tuple(
        token.filter((name) => !/^(host|content-length|transfer-encoding)$/i.test(name)),
        value,
      ),
      { maxLength: 30 },
    ),
  })
  .map(({ blank, method: name, target: path, minor, headers }) => {
    const lines = headers.map(([header, text]) => `${header}: ${text}\r\n`);
    return `${blank}${name} ${path} HTTP/1.${minor}\r\n${lines.join("")}\r\n`;
  });

function headOf(text: string): RequestHead | null {
  const scan = new HeadScan(wireLimitsDefault);
  scan.reset();
  const bytes = Buffer.from(text, "latin1");
  return scan.scan(bytes, 0, bytes.byteLength) === SCAN_COMPLETE
    ? new RequestHead(text, scan)
    : null;
}

function described(head: RequestHead): unknown {
  const headers: [string, string][] = [];
  head.forEachHeader((name, text) => headers.push([name, text]));
  const { method: name, target: path, path: plain, query, versionMinor } = head;
  return [name, path, plain, query, versionMinor, headers];
}

interface Written {
  readonly port: RingPort;
  readonly position: number;
  readonly size: number;
}

/** Writes a request into a ring that leads back to the port itself. */
function write(head: RequestHead, envelope: RequestEnvelope, inline: Uint8Array): Written {
  const memory = createRingMemory(1 << 18);
  const port = new RingPort({
    inbound: memory,
    outbound: memory,
    clock: systemClock,
    schedule() {},
    ringBell() {},
    onRecord() {},
    onRoom() {},
    onFailure() {},
    waitingBytesMax: 0,
  });
  const size = requestRecordSize(head, envelope.remoteAddress, inline.byteLength);
  const position = port.begin(size);
  const bodyStart = writeRequest(port, position, head, envelope);
  port.bytes.set(inline, bodyStart);
  port.end();
  return { port, position, size };
}

function placeOf([buffer, start, size]: readonly [number, number, number]): ContentPlace {
  return { buffer, start, size };
}

const envelope = fc.record({
  remoteAddress: fc.constantFrom("", "127.0.0.1", "fe80::1%eth0"),
  isTooLarge: fc.boolean(),
});

test("a request that has crossed threads says what it said", () => {
  fc.assert(
    fc.property(
      headText,
      envelope,
      fc.uint8Array({ maxLength: 8192 }),
      fc.option(fc.tuple(fc.nat(), fc.maxSafeNat(), fc.maxSafeNat()).map(placeOf)),
      (text, sent, inline, shared) => {
        const head = headOf(text);
        fc.pre(head !== null);
        const place = shared ?? { buffer: NO_BUFFER, start: 77, size: inline.byteLength };
        const content = shared === null ? inline : new Uint8Array(0);
        const written = write(head, { ...sent, body: place }, content);
        const reader = new RequestRecordReader();
        reader.read(written.port, written.position, written.size);
        assert.deepEqual(described(new RequestHead(reader.text, reader.fields)), described(head));
        assert.equal(reader.remoteAddress, sent.remoteAddress);
        assert.equal(reader.isTooLarge, sent.isTooLarge);
        if (shared === null) {
          const start = written.position + reader.body.start;
          const body = written.port.inBytes.subarray(start, start + reader.body.size);
          assert.ok(body.equals(inline));
        } else {
          assert.deepEqual(reader.body, shared);
        }
      },
    ),
    fuzzOptions(),
  );
});

test("a damaged request is read within its record, or said to be none", () => {
  fc.assert(
    fc.property(
      headText,
      fc.array(fc.tuple(fc.nat({ max: 40 }), fc.oneof(fc.integer(), fc.nat({ max: 300 }))), {
        minLength: 1,
        maxLength: 5,
      }),
      (text, damages) => {
        const head = headOf(text);
        fc.pre(head !== null);
        const body = { buffer: NO_BUFFER, start: 0, size: 3 };
        const sent = { remoteAddress: "127.0.0.1", isTooLarge: false, body };
        const { port, position, size } = write(head, sent, Buffer.from("abc"));
        for (const [word, damage] of damages) {
          port.inWords[(position >> 2) + 2 + word] = damage;
        }
        const reader = new RequestRecordReader();
        try {
          reader.read(port, position, size);
        } catch (error) {
          assert.ok(error instanceof AssertionError);
          return;
        }
        assert.ok(reader.text.length + reader.remoteAddress.length <= size);
        if (reader.body.buffer === NO_BUFFER) {
          assert.ok(reader.body.start >= 0 && reader.body.start + reader.body.size <= size);
        }
        described(new RequestHead(reader.text, reader.fields));
      },
    ),
    fuzzOptions(),
  );
});

test("sizes of two words are what they were", () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (size) => {
      const words = new Int32Array(2);
      writeSize(words, 0, size);
      assert.equal(readSize(words, 0), size);
    }),
    fuzzOptions(),
  );
});
