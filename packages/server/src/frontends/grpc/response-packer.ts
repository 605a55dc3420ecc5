import { type EncodedInferResponse, GrpcResponseTemplate } from "@nereid/protocol";
import type { ModelSpec } from "../../model/model-spec.ts";

/** Messages up to this size are written in one piece, outputs copied: cheaper than more pieces, which the wire would copy. */
const COPIED_SIZE_MAX = 16 * 1024;
/** Memory for copied messages and for the heads of others is cut from slabs of this size. */
const SLAB_SIZE = 64 * 1024;

/**
 * Writes response messages into memory that is never written again: the wire may read it for as long as it takes, and the
 * garbage collector takes a slab when the last of its messages has left.
 */
export class ResponsePacker {
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_SIZE);
  #position = 0;
  readonly #templates = new WeakMap<ModelSpec, GrpcResponseTemplate>();

  /** What all responses of a model version have in common. */
  templateOf(model: ModelSpec): GrpcResponseTemplate {
    let template = this.#templates.get(model);
    if (template === undefined) {
      template = new GrpcResponseTemplate(model);
      this.#templates.set(model, template);
    }
    return template;
  }

  /** Whether `pack` copies the outputs, so that their memory can go back at once. */
  isCopied(message: EncodedInferResponse): boolean {
    return message.byteSize <= COPIED_SIZE_MAX;
  }

  /** The message in pieces: one if it is copied, otherwise those of `writeParts`. */
  pack(message: EncodedInferResponse): readonly Uint8Array[] {
    const isCopied = this.isCopied(message);
    const size = isCopied ? message.byteSize : message.headSize;
    if (size > SLAB_SIZE) {
      return message.writeParts(Buffer.allocUnsafeSlow(size), 0);
    }
    if (this.#position + size > SLAB_SIZE) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_SIZE);
      this.#position = 0;
    }
    const start = this.#position;
    this.#position += size;
    if (!isCopied) {
      return message.writeParts(this.#slab, start);
    }
    message.writeWhole(this.#slab, start);
    return [this.#slab.subarray(start, this.#position)];
  }
}
