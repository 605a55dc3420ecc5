import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { decodeLeadingGzipMember } from "./gzip-member.ts";

const SIZE_MAX = 1_000_000;
const CONTENT = Buffer.from("content ".repeat(1000));
const REST = Buffer.from("rest");

/** A member whose head has the optional fields of these flags. */
function memberWithHead(flags: number, fields: readonly number[]): Buffer {
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(CONTENT), 0);
  trailer.writeUInt32LE(CONTENT.byteLength, 4);
  const head = Buffer.from([0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, 255, ...fields]);
  return Buffer.concat([head, deflateRawSync(CONTENT), trailer]);
}

const HEADS: readonly (readonly [what: string, flags: number, fields: readonly number[]])[] = [
  ["no field", 0, []],
  ["an extra field", 4, [3, 0, 1, 2, 3]],
  ["a name", 8, [97, 98, 0]],
  ["a comment", 16, [0]],
  ["a checksum", 2, [1, 2]],
  ["every field", 30, [1, 0, 9, 97, 0, 98, 0, 1, 2]],
];

for (const [what, flags, fields] of HEADS) {
  test(`a member whose head has ${what} ends before the rest`, async () => {
    const bytes = Buffer.concat([memberWithHead(flags, fields), REST]);
    assert.deepEqual(await decodeLeadingGzipMember(bytes, SIZE_MAX), CONTENT);
  });
}

test("what is no intact member alone is none", async () => {
  const member = gzipSync(CONTENT);
  const wrongChecksum = Buffer.from(member);
  wrongChecksum.writeUInt32LE(7, wrongChecksum.byteLength - 8);
  const wrongSize = Buffer.from(member);
  wrongSize.writeUInt32LE(7, wrongSize.byteLength - 4);
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from("rest of nothing"),
    deflateSync(CONTENT),
    member.subarray(0, 10),
    member.subarray(0, -1),
    Buffer.concat([wrongChecksum, REST]),
    Buffer.concat([wrongSize, REST]),
    Buffer.concat([member, member]),
    Buffer.concat([member, member.subarray(0, 2)]),
    memberWithHead(8, []).subarray(0, 10),
    memberWithHead(4, [255, 255]),
  ]) {
    assert.equal(await decodeLeadingGzipMember(bytes, SIZE_MAX), null);
  }
});

test("broken data and too much of it are errors", async () => {
  const member = gzipSync(CONTENT);
  await assert.rejects(decodeLeadingGzipMember(member.subarray(0, 20), SIZE_MAX));
  await assert.rejects(decodeLeadingGzipMember(Buffer.concat([member, REST]), 7_999));
});
