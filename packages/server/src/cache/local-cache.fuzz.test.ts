import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fuzzOptions } from "../../../../tools/fuzz-options.ts";
import { cachedByteSize } from "./cached-copy.ts";
import { LocalCache } from "./local-cache.ts";
import { HandClock, responseOf } from "./testing/responses.ts";

const TTL_NS = 40;

interface Entry {
  readonly byteSize: number;
  readonly content: number;
  readonly length: number;
  readonly expiresNs: number;
}

/** What the cache should be: a list, the least recently used first. */
class Model {
  readonly entries: (readonly [string, Entry])[] = [];
  readonly #sizeBytes: number;

  constructor(sizeBytes: number) {
    this.#sizeBytes = sizeBytes;
  }

  get usedBytes(): number {
    return this.entries.reduce((sum, [, { byteSize }]) => sum + byteSize, 0);
  }

  lookup(key: string, nowNs: number): Entry | null {
    const index = this.entries.findIndex(([known]) => known === key);
    const [found] = index < 0 ? [] : this.entries.splice(index, 1);
    if (found === undefined || nowNs >= found[1].expiresNs) {
      return null;
    }
    this.entries.push(found);
    return found[1];
  }

  insert(key: string, entry: Entry, nowNs: number): void {
    const index = this.entries.findIndex(([known]) => known === key);
    if (index >= 0) {
      if (nowNs < (this.entries[index]?.[1].expiresNs ?? 0)) {
        return;
      }
      this.entries.splice(index, 1);
    }
    if (entry.byteSize > this.#sizeBytes) {
      return;
    }
    while (this.usedBytes + entry.byteSize > this.#sizeBytes) {
      this.entries.shift();
    }
    this.entries.push([key, entry]);
  }
}

test("never above its size, least recently used first, hits are equal", () => {
  const step = fc.record({
    kind: fc.constantFrom("lookup", "insert"),
    key: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h"),
    length: fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 3000 })),
    content: fc.nat({ max: 255 }),
    elapsedNs: fc.nat({ max: 5 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 192, max: 5000 }), fc.array(step), (sizeBytes, steps) => {
      const clock = new HandClock();
      const cache = new LocalCache({ sizeBytes, ttlNs: TTL_NS, clock });
      const model = new Model(sizeBytes);
      const held: (readonly [bytes: Uint8Array, content: number])[] = [];
      for (const { kind, key, length, content, elapsedNs } of steps) {
        clock.time += elapsedNs;
        if (kind === "insert") {
          const response = responseOf(new Uint8Array(length).fill(content));
          cache.insert(key, response);
          const byteSize = cachedByteSize(response);
          const expiresNs = clock.time + TTL_NS;
          model.insert(key, { byteSize, content, length, expiresNs }, clock.time);
        } else {
          const expected = model.lookup(key, clock.time);
          const bytes = cache.lookup(key)?.outputs[0]?.bytes ?? null;
          assert.equal(bytes?.byteLength ?? null, expected?.length ?? null);
          if (bytes !== null && expected !== null) {
            held.push([bytes, expected.content]);
          }
        }
        assert.ok(cache.usedBytes <= sizeBytes, "never above its size");
        assert.equal(cache.usedBytes, model.usedBytes);
        assert.equal(cache.statistics().entryCount, model.entries.length);
      }
      for (const [bytes, content] of held) {
        assert.ok(
          bytes.every((byte) => byte === content),
          "what was handed out stays",
        );
      }
    }),
    fuzzOptions(),
  );
});
