/** Tests the decoder of header blocks against simple models, node:http2 as an encoder, and any bytes. */
import assert from "node:assert/strict";
import { connect } from "node:http2";
import { Duplex } from "node:stream";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../../../../tools/fuzz-options.ts";
import { CLIENT_PREFACE, FrameType } from "../frame-format.ts";
import { encodeHeaderBlock, type HeaderField } from "../header-block.ts";
import { readFrames } from "../testing/frames.ts";
import { DynamicTable } from "./dynamic-table.ts";
import { HpackDecoder } from "./hpack-decoder.ts";
import { HpackField } from "./hpack-field.ts";
import { decodeHuffman } from "./huffman-decoder.ts";
import { encodeHuffman } from "./testing/hpack-encoder.ts";

const LIMITS = { headerListSizeMax: 1e9, headerCountMax: 1e6 };

test("what is Huffman-coded is decoded to what it was", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
    const code = encodeHuffman(bytes);
    assert.equal(decodeHuffman(code, 0, code.byteLength), Buffer.from(bytes).toString("latin1"));
  });
  fc.assert(property, fuzzOptions());
});

test("any bytes are Huffman code of one string only, or of none", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const text = decodeHuffman(bytes, 0, bytes.byteLength);
    if (text !== null) {
      assert.deepEqual(encodeHuffman(Buffer.from(text, "latin1")), Buffer.from(bytes));
    }
  });
  fc.assert(property, fuzzOptions());
});

const name = fc.stringMatching(/^[a-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const value = fc
  .stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,40}$/)
  .map((text) => text.replace(/^[\t ]+|[\t ]+$/g, ""));
const fields = fc.array(fc.tuple(name, value), { maxLength: 8 });

test("what we encode is decoded to what it was", () => {
  const usual: HeaderField[] = [
    [":status", "200"],
    [":status", "204"],
    ["content-type", "a/b"],
  ];
  const some = fc.array(fc.oneof(fc.constantFrom(...usual), fc.tuple(name, value)), {
    maxLength: 9,
  });
  const property = fc.property(some, (list) => {
    const block = Buffer.from(encodeHeaderBlock(list));
    const decoder = new HpackDecoder(LIMITS);
    const decoded = decoder.decode(block, 0, block.byteLength);
    assert.deepEqual(
      decoded?.map((field) => [field.name, field.value]),
      list.map((field) => [...field]),
    );
    assert.ok(!decoder.hasChangedTable);
  });
  fc.assert(property, fuzzOptions());
});

test("any blocks are decoded, or not, without a throw, and the same way each time", () => {
  const blocks = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });
  const property = fc.property(blocks, (list) => {
    const decoders = [new HpackDecoder(LIMITS), new HpackDecoder(LIMITS)];
    for (const block of list) {
      const [one, other] = decoders.map((decoder) =>
        decoder.decode(Buffer.from(block), 0, block.byteLength),
      );
      assert.deepEqual(one, other);
      if (one === null) {
        return;
      }
    }
  });
  fc.assert(property, fuzzOptions());
});

test("the table is the list that it should be", () => {
  const step = fc.oneof(
    fc.record({ add: fc.nat(200) }),
    fc.record({ resize: fc.integer({ min: 0, max: 300 }) }),
  );
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const table = new DynamicTable(300);
    let model: HpackField[] = [];
    let sizeMax = 300;
    const size = (): number => model.reduce((sum, field) => sum + field.size, 0);
    for (const [index, each] of steps.entries()) {
      if ("add" in each) {
        const field = new HpackField(`n${index}`, "v".repeat(each.add), null);
        table.add(field);
        model = field.size > sizeMax ? [] : [field, ...model];
      } else {
        table.resize(each.resize);
        sizeMax = each.resize;
      }
      while (size() > sizeMax) {
        model = model.slice(0, -1);
      }
      assert.equal(table.count, model.length);
      assert.equal(table.size, size());
      assert.deepEqual(
        [...model, undefined].map((_, place) => table.at(place)),
        [...model, undefined],
      );
    }
  });
  fc.assert(property, fuzzOptions());
});

/** Takes what a client writes, and answers nothing. */
class Sink extends Duplex {
  bytes: Buffer = Buffer.alloc(0);

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.bytes = Buffer.concat([this.bytes, chunk]);
    callback();
  }
}

/** The header blocks that node:http2 sends for requests on one session. */
async function blocksOfNode(requests: readonly (readonly HeaderField[])[]): Promise<Buffer[]> {
  const sink = new Sink();
  const session = connect("http://test", { createConnection: () => sink });
  session.on("error", () => {});
  await new Promise((resolve) => session.once("connect", resolve));
  for (const list of requests) {
    const stream = session.request(Object.fromEntries(list), { endStream: true });
    stream.on("error", () => {});
  }
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  session.destroy();
  const { frames } = readFrames(sink.bytes.subarray(CLIENT_PREFACE.byteLength));
  const blocks: Buffer[] = [];
  for (const { type, payload, flags } of frames) {
    if (type === FrameType.Headers) {
      blocks.push((flags & 0x20) === 0 ? payload : payload.subarray(5));
    }
  }
  return blocks;
}

/** Names that node:http2 does not treat in a way of its own. */
const plainName = name.map((text) => `x-${text}`);

test("what node:http2 encodes is decoded to what was given to it", async () => {
  const list = fc.uniqueArray(fc.tuple(plainName, value), {
    selector: ([each]) => each,
    maxLength: 8,
  });
  const requests = fc.array(fc.oneof(list, fc.constant([["x-a", "b"] as const])), {
    minLength: 1,
    maxLength: 20,
  });
  const property = fc.asyncProperty(requests, async (lists) => {
    const blocks = await blocksOfNode(lists);
    assert.equal(blocks.length, lists.length);
    const decoder = new HpackDecoder(LIMITS);
    for (const [index, block] of blocks.entries()) {
      const decoded = decoder.decode(block, 0, block.byteLength) ?? [];
      const regular = decoded.filter((field) => !field.name.startsWith(":"));
      assert.deepEqual(
        new Map(regular.map((field) => [field.name, field.value])),
        new Map(lists[index]?.map(([key, text]) => [key, text]) ?? []),
      );
    }
  });
  await fc.assert(property, fuzzOptions());
});

test("fields are what they are in every form", () => {
  const property = fc.property(fields, (list) => {
    const decoder = new HpackDecoder(LIMITS);
    const block = Buffer.concat(
      list.map(([key, text]) => {
        const bytes = Buffer.from(text, "latin1");
        return Buffer.concat([
          Buffer.of(0x40, key.length),
          Buffer.from(key, "latin1"),
          Buffer.of(bytes.byteLength),
          bytes,
        ]);
      }),
    );
    const once = decoder.decode(block, 0, block.byteLength);
    // All of them are in the table now, newest first.
    const again = Buffer.from(list.map((_, index) => 0x80 | (62 + list.length - 1 - index)));
    assert.deepEqual(decoder.decode(again, 0, again.byteLength), once);
    assert.equal(once?.length, list.length);
  });
  fc.assert(property, fuzzOptions());
});
