import assert from "node:assert/strict";
import { test } from "node:test";
import { NativeHandle } from "./native-handle.ts";

class TestHandle extends NativeHandle<"test-handle"> {
  readonly released: bigint[];

  constructor(address: bigint, released: bigint[]) {
    super("test-handle", address);
    this.released = released;
  }

  detach(): bigint {
    return this.takeAddress();
  }

  protected override release(address: bigint): void {
    this.released.push(address);
  }
}

test("closing releases the native object once; using it afterwards is found", () => {
  const released: bigint[] = [];
  const handle = new TestHandle(16n, released);
  assert.equal(handle.address, 16n);
  handle.close();
  assert.deepEqual(released, [16n]);
  assert.equal(handle.isClosed, true);
  assert.throws(() => handle.address, /test-handle: used after close/);
  assert.throws(() => handle.close(), /test-handle: used after close/);
  assert.deepEqual(released, [16n]);
});

test("a scope closes what it uses", () => {
  const released: bigint[] = [];
  {
    using handle = new TestHandle(32n, released);
    assert.equal(handle.isClosed, false);
  }
  assert.deepEqual(released, [32n]);
});

test("what is given away is not released", () => {
  const released: bigint[] = [];
  const handle = new TestHandle(48n, released);
  assert.equal(handle.detach(), 48n);
  assert.deepEqual(released, []);
  assert.throws(() => handle.address, { name: "AssertionError" });
});

test("NULL is no handle", () => {
  assert.throws(() => new TestHandle(0n, []), { name: "AssertionError" });
});
