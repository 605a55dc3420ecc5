import type { StatusCode } from "@nereid/protocol";
import type { Tensor } from "../../model/tensor.ts";
import type { ArenaReader } from "./arena-reader.ts";
import { FrameCursor } from "./decode-tensors.ts";
import { parseExactJson, stringifyExactJson } from "./exact-json.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { HEAD_BYTES, readHead } from "./wire.ts";
import { WireError } from "./wire-error.ts";

/** A JSON object from the wire: members are looked at one by one. */
export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * A frame of a JSON object and tensors; valid until the writer's next frame.
 *
 * @throws {TritonError} Internal if shared memory is exhausted
 */
export function encodeJsonFrame(
  writer: FrameWriter,
  head: { readonly kind: number; readonly flags: number; readonly id: number },
  payload: JsonObject | null,
  tensors: readonly Tensor[],
): Buffer {
  writer.begin();
  const textByteSize = payload === null ? 0 : writer.text(stringifyExactJson(payload));
  writer.align();
  for (const tensor of tensors) {
    writer.tensor(tensor);
  }
  return writer.finish({ ...head, count: tensors.length, textByteSize });
}

/**
 * The object and the tensors of such a frame; the caller owns the tensors, which may view the frame.
 *
 * @throws {WireError} if it cannot be
 */
export function decodeJsonFrame(
  frame: Buffer,
  arena: ArenaReader,
): { readonly payload: JsonObject; readonly tensors: readonly Tensor[] } {
  const { textByteSize, count } = readHead(frame);
  const cursor = new FrameCursor(frame, HEAD_BYTES, arena);
  const payload = textByteSize === 0 ? {} : parseObject(cursor.text(textByteSize));
  if (count === 0) {
    return { payload, tensors: [] };
  }
  cursor.align();
  return { payload, tensors: cursor.tensors(count) };
}

/**
 * The object of a frame that has no tensors.
 *
 * @throws {WireError} if it cannot be, or has tensors, which nobody would give back
 */
export function decodePayload(frame: Buffer, arena: ArenaReader): JsonObject {
  if (readHead(frame).count > 0) {
    throw new WireError("tensors where there are none");
  }
  return decodeJsonFrame(frame, arena).payload;
}

function parseObject(text: string): JsonObject {
  const parsed = parseExactJson(text);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new WireError("JSON that is no object");
  }
  // An object that is no array has text keys.
  return parsed as JsonObject;
}

/** What an error is in an answer. */
export function errorPayload(code: StatusCode, message: string): JsonObject {
  return { error: { code, message } };
}
