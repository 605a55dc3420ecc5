import assert from "node:assert/strict";
import { test } from "node:test";
import { HpackDecoder } from "./hpack-decoder.ts";
import { FieldRole } from "./hpack-field.ts";
import { encodeInteger, encodeString } from "./testing/hpack-encoder.ts";

const LIMITS = { headerListSizeMax: 16384, headerCountMax: 256 };

function decode(decoder: HpackDecoder, block: string | Uint8Array): string[] | null {
  const bytes = typeof block === "string" ? Buffer.from(block.replaceAll(" ", ""), "hex") : block;
  // Bytes around the block are not its own.
  const padded = Buffer.concat([Buffer.of(0x82), bytes, Buffer.of(0x82)]);
  const fields = decoder.decode(padded, 1, 1 + bytes.byteLength);
  return fields?.map(({ name, value }) => `${name}: ${value}`) ?? null;
}

test("the examples of RFC 7541, appendix C.2", () => {
  const literal = "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572";
  assert.deepEqual(decode(new HpackDecoder(LIMITS), literal), ["custom-key: custom-header"]);
  assert.deepEqual(decode(new HpackDecoder(LIMITS), "040c 2f73 616d 706c 652f 7061 7468"), [
    ":path: /sample/path",
  ]);
  assert.deepEqual(decode(new HpackDecoder(LIMITS), "1008 7061 7373 776f 7264 0673 6563 7265 74"), [
    "password: secret",
  ]);
  assert.deepEqual(decode(new HpackDecoder(LIMITS), "82"), [":method: GET"]);
});

test("the requests of RFC 7541, appendices C.3 and C.4, without and with Huffman code", () => {
  const usual = [":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"];
  const wanted = [
    usual,
    [...usual, "cache-control: no-cache"],
    [
      ":method: GET",
      ":scheme: https",
      ":path: /index.html",
      ":authority: www.example.com",
      "custom-key: custom-value",
    ],
  ];
  const plain = [
    "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
    "8286 84be 5808 6e6f 2d63 6163 6865",
    "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
  ];
  const huffman = [
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    "8286 84be 5886 a8eb 1064 9cbf",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
  ];
  for (const blocks of [plain, huffman]) {
    const decoder = new HpackDecoder(LIMITS);
    assert.deepEqual(
      blocks.map((block) => decode(decoder, block)),
      wanted,
    );
  }
});

test("a table made smaller forgets the oldest fields, and a field that is larger than it all of them", () => {
  const decoder = new HpackDecoder(LIMITS);
  const field = (name: string, value: string): Buffer =>
    Buffer.concat([Buffer.of(0x40), encodeString(name, false), encodeString(value, true)]);
  decode(decoder, Buffer.concat([field("a", "1"), field("b", "2"), field("c", "3")]));
  assert.deepEqual(decode(decoder, Buffer.of(0x80 | 62, 0x80 | 63, 0x80 | 64)), [
    "c: 3",
    "b: 2",
    "a: 1",
  ]);
  // Two fields of 34 bytes each.
  assert.deepEqual(decode(decoder, Buffer.concat([encodeInteger(0x20, 5, 68), Buffer.of(0xbf)])), [
    "b: 2",
  ]);
  assert.equal(decode(decoder, Buffer.of(0x80 | 64)), null);

  const other = new HpackDecoder(LIMITS);
  decode(other, field("a", "1"));
  const large = field("b", "x".repeat(5000));
  assert.deepEqual(decode(other, large), [`b: ${"x".repeat(5000)}`]);
  assert.equal(decode(other, Buffer.of(0x80 | 62)), null);
});

test("whether the table has changed is said", () => {
  const decoder = new HpackDecoder(LIMITS);
  const changes = ["82", "4001 6101 62", "be", "0001 6101 62", "1001 6101 62", "20", "3f e1 1f"];
  assert.deepEqual(
    changes.map((block) => {
      assert.notEqual(decode(decoder, block), null);
      return decoder.hasChangedTable;
    }),
    [false, true, false, false, false, true, true],
  );
});

test("blocks that cannot be decoded", () => {
  const cases: [string, string][] = [
    ["index 0", "80"],
    ["an index above the tables", "be"],
    ["a name index above the tables", "7f 00 01 61"],
    ["an integer without end", "ff"],
    ["an integer of too many bytes", "ff 80 80 80 80 80 01"],
    ["a string that is cut off", "40 05 61"],
    ["a value that is missing", "40 01 61"],
    ["a name that is missing", "40"],
    ["a length above all bounds", "40 7f ff ff ff ff 0f"],
    ["padding that is not ones", "40 01 61 81 18"],
    ["padding of more than seven bits", "40 01 61 82 1f ff"],
    ["the end of a string, coded", "40 01 61 84 ff ff ff ff"],
    ["a size update after a field", "82 20"],
    ["a size update above the limit", "3f e2 1f"],
    ["three size updates", "20 20 20"],
  ];
  for (const [name, block] of cases) {
    assert.equal(decode(new HpackDecoder(LIMITS), block), null, name);
  }
});

test("a list that is too large is decoded to its end, not kept, and the table follows", () => {
  const bySize = new HpackDecoder({ headerListSizeMax: 100, headerCountMax: 100 });
  const block = Buffer.concat([
    Buffer.of(0x82),
    Buffer.of(0x40),
    encodeString("a", false),
    encodeString("b".repeat(100), false),
  ]);
  assert.deepEqual(decode(bySize, block), [":method: GET"]);
  assert.ok(bySize.isTooLarge);
  decode(bySize, "82");
  assert.ok(!bySize.isTooLarge);
  assert.notEqual(decode(bySize, "be"), null);

  const byCount = new HpackDecoder({ headerListSizeMax: 1e6, headerCountMax: 3 });
  assert.equal(decode(byCount, Buffer.alloc(1000, 0x82))?.length, 3);
  assert.ok(byCount.isTooLarge);
});

test("a field knows its role, also with a name from a table", () => {
  const decoder = new HpackDecoder(LIMITS);
  const roles = (block: Uint8Array): FieldRole[] =>
    decoder.decode(Buffer.from(block), 0, block.byteLength)?.map(({ role }) => role) ?? [];
  const literal = (name: string, value: string): Buffer =>
    Buffer.concat([Buffer.of(0x40), encodeString(name, false), encodeString(value, false)]);
  assert.deepEqual(roles(literal("te", " x")), [FieldRole.Malformed]);
  // Its value was at fault, not its name.
  assert.deepEqual(roles(Buffer.concat([Buffer.of(0x7e), encodeString("trailers", false)])), [
    FieldRole.Te,
  ]);
  assert.deepEqual(roles(literal("X", "y")), [FieldRole.Malformed]);
  assert.deepEqual(roles(Buffer.concat([Buffer.of(0x7e), encodeString("z", false)])), [
    FieldRole.Malformed,
  ]);
});
