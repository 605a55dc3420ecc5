import type { OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";

/** The sizes of symbolic dimensions in one run. */
export class DimensionSizes {
  /** A symbol that stands for two sizes stands for none that can be relied on. */
  readonly #sizes = new Map<string, number | null>();

  /** Notes what an input of this shape says of its symbols. */
  add(info: OrtTensorInfo, shape: readonly number[]): void {
    info.symbols.forEach((symbol, index) => {
      const size = shape[index];
      if (symbol === "" || size === undefined) {
        return;
      }
      const known = this.#sizes.get(symbol);
      this.#sizes.set(symbol, known === undefined || known === size ? size : null);
    });
  }

  /**
   * The shape that an output should have, or null if the model file does not say.
   *
   * It is a guess: files are not always right, and ONNX Runtime only warns of that.
   */
  resolve(info: OrtTensorInfo): readonly number[] | null {
    // No dimensions: a scalar, or a shape of which nothing is known.
    if (info.shape.length === 0) {
      return null;
    }
    const shape: number[] = [];
    for (let index = 0; index < info.shape.length; index++) {
      const dim = info.shape[index] ?? -1;
      const size = dim >= 0 ? dim : this.#sizes.get(info.symbols[index] ?? "");
      if (size === undefined || size === null) {
        return null;
      }
      shape.push(size);
    }
    return shape;
  }
}
