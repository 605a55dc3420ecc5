import type { Tensor } from "../../../model/tensor.ts";
import type { FrameWriter } from "../frame-writer.ts";
import { OUTCOME_BYTES } from "../wire.ts";

/** What a stub says of one request; see PROTOCOL.md. */
export interface OutcomeParts {
  readonly kind: number;
  /** 255: no error. */
  readonly code: number;
  readonly message: string;
  /** JSON, or empty. */
  readonly parameters: string;
  readonly outputs: readonly Tensor[];
}

/** A frame as stubs write them: ExecuteDone or Response. Valid until the writer's next frame. */
export function encodeOutcomes(
  writer: FrameWriter,
  head: { readonly kind: number; readonly flags: number; readonly id: number },
  outcomes: readonly OutcomeParts[],
): Buffer {
  writer.begin();
  for (const { kind, code, message, parameters, outputs } of outcomes) {
    const { at } = writer.reserve(OUTCOME_BYTES);
    const messageByteSize = writer.text(message);
    const parametersByteSize = writer.text(parameters);
    writer.align();
    const { buffer } = writer;
    buffer[at] = kind;
    buffer[at + 1] = code;
    buffer.writeUInt16LE(outputs.length, at + 2);
    buffer.writeUInt32LE(messageByteSize, at + 4);
    buffer.writeUInt32LE(parametersByteSize, at + 8);
    buffer.writeUInt32LE(0, at + 12);
    for (const output of outputs) {
      writer.tensor(output);
    }
  }
  return writer.finish({ ...head, count: outcomes.length, textByteSize: 0 });
}
