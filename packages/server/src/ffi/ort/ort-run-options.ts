import { NativeHandle } from "../native-handle.ts";
import type { OrtLoggingLevel } from "./ort-environment.ts";
import type { OrtLibrary } from "./ort-library.ts";

/** An `OrtRunOptions`: may be used by one run after the other, and terminates them all while it is set to. */
export class OrtRunOptions extends NativeHandle<"ort-run-options"> {
  readonly #library: OrtLibrary;

  constructor(library: OrtLibrary) {
    super(
      "ort-run-options",
      library.word((out) => library.api.createRunOptions(out)),
    );
    this.#library = library;
  }

  /** Makes the runs that use these options end soon with an error, from now until {@link unsetTerminate}. */
  setTerminate(): void {
    this.#library.check(this.#library.api.runOptionsSetTerminate(this.address));
  }

  unsetTerminate(): void {
    this.#library.check(this.#library.api.runOptionsUnsetTerminate(this.address));
  }

  setLogLevel(level: OrtLoggingLevel): void {
    this.#library.check(this.#library.api.runOptionsSetRunLogSeverityLevel(this.address, level));
  }

  /** ONNX Runtime accepts any key; the caller passes only keys that it knows. */
  addConfigEntry(key: string, value: string): void {
    this.#library.check(this.#library.api.addRunConfigEntry(this.address, key, value));
  }

  protected override release(address: bigint): void {
    this.#library.api.releaseRunOptions(address);
  }
}
