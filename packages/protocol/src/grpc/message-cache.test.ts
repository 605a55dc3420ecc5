import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageCache } from "./message-cache.ts";

test("finds what it was given for the same bytes, wherever they stand", () => {
  const cache = new MessageCache<string>();
  cache.keep(Uint8Array.of(9, 1, 2, 3), 1, 4, "abc");
  assert.equal(cache.find(Uint8Array.of(1, 2, 3, 9, 9), 0, 3), "abc");
  assert.equal(cache.find(Uint8Array.of(1, 2, 4), 0, 3), undefined);
  assert.equal(cache.find(Uint8Array.of(1, 2, 3), 0, 2), undefined);
});

test("keeps a copy of the bytes", () => {
  const cache = new MessageCache<number>();
  const bytes = Uint8Array.of(1, 2, 3);
  cache.keep(bytes, 0, 3, 1);
  bytes[0] = 7;
  assert.equal(cache.find(bytes, 0, 3), undefined);
  assert.equal(cache.find(Uint8Array.of(1, 2, 3), 0, 3), 1);
});

test("never answers for other bytes, however many there are", () => {
  const cache = new MessageCache<number>();
  const key = (number: number): Uint8Array => Uint8Array.of(number >> 16, number >> 8, number);
  for (let number = 0; number < 20_000; number++) {
    cache.keep(key(number), 0, 3, number);
    assert.equal(cache.find(key(number), 0, 3), number);
  }
  for (let number = 0; number < 20_000; number++) {
    assert.ok([undefined, number].includes(cache.find(key(number), 0, 3)));
  }
});

test("keeps nothing long", () => {
  const cache = new MessageCache<number>();
  const bytes = new Uint8Array(97);
  cache.keep(bytes, 0, 97, 1);
  assert.equal(cache.find(bytes, 0, 97), undefined);
  cache.keep(bytes, 0, 96, 2);
  assert.equal(cache.find(bytes, 0, 96), 2);
});
