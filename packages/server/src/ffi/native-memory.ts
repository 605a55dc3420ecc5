import koffi from "koffi";
import { assert } from "../base/assert.ts";
import { loadNativeLibrary } from "./native-library.ts";

/**
 * An argument for a native pointer: an address, a view whose memory is passed (alive for that call only), or NULL.
 *
 * The rules of addresses, which everything in this folder obeys:
 * 1. An address keeps nothing alive. Whatever native code may read or write after the call that was given it belongs to
 *    an object that is reachable until then: a field, never a local variable.
 * 2. Typed arrays of at most 64 bytes begin on the moving heap; taking their address moves them off it for good. An
 *    explicit ArrayBuffer never moves.
 * 3. Memory whose address has been taken is never transferred, resized or detached.
 */
export type Pointer = bigint | ArrayBufferView | ArrayBuffer | null;

/** The address of a view's first byte. See the rules of {@link Pointer}. */
export function addressOf(view: ArrayBufferView | ArrayBuffer): bigint {
  return koffi.address(view);
}

/** Memory for native code that lives as long as this object: keep it in a field. Zeroed, aligned to 16 bytes. */
export class NativeBlock {
  readonly bytes: Uint8Array;
  readonly address: bigint;

  constructor(byteSize: number) {
    assert(Number.isSafeInteger(byteSize) && byteSize >= 0, "a block has a size");
    // At least one byte: the address of an empty buffer may be NULL.
    const buffer = new ArrayBuffer(Math.max(byteSize, 1));
    this.bytes = new Uint8Array(buffer, 0, byteSize);
    this.address = addressOf(buffer);
  }
}

/** Pointers or size_t values for native code, as a {@link NativeBlock}. */
export class NativeWords {
  readonly words: BigUint64Array;
  readonly address: bigint;

  constructor(count: number) {
    const buffer = new ArrayBuffer(Math.max(count, 1) * 8);
    this.words = new BigUint64Array(buffer, 0, count);
    this.address = addressOf(buffer);
  }

  /** The word at `index`, which the caller knows to exist. */
  at(index: number): bigint {
    const word = this.words[index];
    assert(word !== undefined, "a word inside the block");
    return word;
  }
}

/** The pointer-sized word at an address. */
export function readWord(address: bigint): bigint {
  assert(address !== 0n, "a word is read at an address");
  // Small values come as numbers, others as bigint.
  return BigInt(koffi.decode.uint64(address));
}

type Memcpy = (target: Pointer, source: Pointer, byteSize: number) => unknown;

let loadedMemcpy: Memcpy | null = null;

function memcpy(): Memcpy {
  loadedMemcpy ??= loadNativeLibrary(
    process.platform === "win32" ? "msvcrt.dll" : null,
  ).function<Memcpy>("memcpy", "void *", ["void *", "void *", "size_t"]);
  return loadedMemcpy;
}

/**
 * Copies `target.byteLength` native bytes into `target`. A copy costs less than a view of native memory, which the
 * garbage collector would count as its own.
 */
export function copyFromNative(source: bigint, target: Uint8Array): void {
  if (target.byteLength === 0) {
    return;
  }
  assert(source !== 0n, "bytes are copied from an address");
  memcpy()(target, source, target.byteLength);
}

/** Copies all of `source` to native memory that has room for it. */
export function copyToNative(target: bigint, source: Uint8Array): void {
  if (source.byteLength === 0) {
    return;
  }
  assert(target !== 0n, "bytes are copied to an address");
  memcpy()(target, source, source.byteLength);
}

/** Copies native bytes to other native memory, which does not overlap with theirs and has room for them. */
export function copyWithinNative(target: bigint, source: bigint, byteSize: number): void {
  if (byteSize === 0) {
    return;
  }
  assert(target !== 0n && source !== 0n, "bytes are copied between addresses");
  memcpy()(target, source, byteSize);
}
