import { assert } from "../base/assert.ts";

/**
 * A native object that is closed exactly once. Using it afterwards, or closing it twice, is a bug that is found here and
 * not in the native library.
 */
export abstract class NativeHandle<Type extends string> {
  readonly type: Type;
  #address: bigint;

  protected constructor(type: Type, address: bigint) {
    assert(address !== 0n, `${type}: a handle has an address`);
    this.type = type;
    this.#address = address;
  }

  /** @throws {AssertionError} after `close` */
  get address(): bigint {
    assert(this.#address !== 0n, `${this.type}: used after close`);
    return this.#address;
  }

  get isClosed(): boolean {
    return this.#address === 0n;
  }

  /** Releases the native object. @throws {AssertionError} the second time */
  close(): void {
    const address = this.takeAddress();
    this.release(address);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Ends the handle without releasing the native object, which now belongs to the caller. */
  protected takeAddress(): bigint {
    const address = this.address;
    this.#address = 0n;
    return address;
  }

  protected abstract release(address: bigint): void;
}
