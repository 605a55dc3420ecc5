import {
  ByteWriter,
  type DecodedInferRequest,
  encodeInferResponse,
  InferResponseTemplate,
} from "@nereid/protocol";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceResponse } from "../../model/response.ts";

/** Answers of up to this many bytes are copied by the wire before `respond` returns. */
const COPIED_ANSWER_SIZE_MAX = 64 * 1024;

const WRITER_SIZE = COPIED_ANSWER_SIZE_MAX;

/**
 * Encodes answers one after the other into the same memory, as long as the wire has copied the one before; an answer
 * that the wire keeps takes its memory with it.
 */
export class AnswerEncoder {
  #writer: ByteWriter = new ByteWriter(WRITER_SIZE);
  readonly #templates = new WeakMap<ModelSpec, InferResponseTemplate>();

  /**
   * The body of an answer in pieces: the JSON part, then the binary tensors as views of the response's own memory.
   *
   * @param isKept whether the pieces are read after the wire's `respond` has returned
   * @throws {TritonError} for outputs that cannot be sent as asked
   */
  encode(
    model: ModelSpec,
    request: DecodedInferRequest,
    response: InferenceResponse,
    isKept: boolean,
  ): readonly Uint8Array[] {
    const writer = this.#writer;
    writer.position = 0;
    const tensors = encodeInferResponse(writer, this.#template(model), request, response);
    const json = writer.bytes.subarray(0, writer.position);
    const parts = tensors.length === 0 ? [json] : [json, ...tensors];
    if (isKept || byteSize(parts) > COPIED_ANSWER_SIZE_MAX) {
      this.#writer = new ByteWriter(WRITER_SIZE);
    }
    return parts;
  }

  #template(model: ModelSpec): InferResponseTemplate {
    let template = this.#templates.get(model);
    if (template === undefined) {
      template = new InferResponseTemplate(model);
      this.#templates.set(model, template);
    }
    return template;
  }
}

function byteSize(parts: readonly Uint8Array[]): number {
  let size = 0;
  for (const part of parts) {
    size += part.byteLength;
  }
  return size;
}
