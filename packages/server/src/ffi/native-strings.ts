import koffi from "koffi";
import { assert } from "../base/assert.ts";
import { NativeBlock, NativeWords } from "./native-memory.ts";

const ENCODER = new TextEncoder();

/** The NUL-terminated UTF-8 text at an address. */
export function readCString(address: bigint): string {
  assert(address !== 0n, "text is read at an address");
  return koffi.decode.string(address);
}

/**
 * An array of C strings (`const char* const*`) that lives as long as this object: keep it in a field.
 *
 * A NUL inside a string would end it early, so there must be none.
 */
export class CStringArray {
  readonly count: number;
  /** Address of the array of pointers. */
  readonly address: bigint;
  readonly #pointers: NativeWords;
  readonly #text: NativeBlock;

  constructor(strings: readonly string[]) {
    const encoded = strings.map((text) => {
      assert(!text.includes("\0"), "a C string holds no NUL");
      return ENCODER.encode(`${text}\0`);
    });
    this.#text = new NativeBlock(encoded.reduce((size, bytes) => size + bytes.byteLength, 0));
    this.#pointers = new NativeWords(strings.length);
    this.count = strings.length;
    this.address = this.#pointers.address;
    let offset = 0;
    encoded.forEach((bytes, index) => {
      this.#text.bytes.set(bytes, offset);
      this.#pointers.words[index] = this.#text.address + BigInt(offset);
      offset += bytes.byteLength;
    });
  }
}
