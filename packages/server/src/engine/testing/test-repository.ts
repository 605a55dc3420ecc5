import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OnnxModel, writeModel } from "@nereid/onnx-writer";

/** A model repository of a test, in a temporary directory that goes with it. */
export class TestRepository implements Disposable {
  readonly directory: string;

  /** @param models version 1 of each, by name; configurations are left to auto-completion */
  constructor(models: Readonly<Record<string, OnnxModel>> = {}) {
    this.directory = mkdtempSync(join(tmpdir(), "nereid-engine-"));
    for (const [name, model] of Object.entries(models)) {
      this.write(name, model);
    }
  }

  write(name: string, model: OnnxModel, version = 1): void {
    writeModel(this.#modelFile(name, version), model);
  }

  /** Puts any bytes where the model should be. */
  damage(name: string, bytes: Uint8Array, version = 1): void {
    writeFileSync(this.#modelFile(name, version), bytes);
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true });
  }

  #modelFile(name: string, version: number): string {
    return join(this.directory, name, String(version), "model.onnx");
  }
}
