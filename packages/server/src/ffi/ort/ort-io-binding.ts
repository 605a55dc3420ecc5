import { NativeHandle } from "../native-handle.ts";
import type { OrtLibrary } from "./ort-library.ts";

/**
 * An `OrtIoBinding`: the values of a session's inputs and outputs, named once. A run with it spares ONNX Runtime looking
 * up every name. It refers to the values, which must outlive it.
 */
export class OrtIoBinding extends NativeHandle<"ort-io-binding"> {
  readonly #library: OrtLibrary;

  constructor(library: OrtLibrary, session: bigint) {
    super(
      "ort-io-binding",
      library.word((out) => library.api.createIoBinding(session, out)),
    );
    this.#library = library;
  }

  /** @throws {TritonError} if the session has no such input */
  bindInput(name: string, value: bigint): void {
    this.#library.check(this.#library.api.bindInput(this.address, name, value));
  }

  /** @throws {TritonError} if the session has no such output */
  bindOutput(name: string, value: bigint): void {
    this.#library.check(this.#library.api.bindOutput(this.address, name, value));
  }

  protected override release(address: bigint): void {
    this.#library.api.releaseIoBinding(address);
  }
}
