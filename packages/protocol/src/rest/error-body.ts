import type { ByteWriter } from "./byte-writer.ts";

/**
 * Appends `{"error":"<message>"}` to `writer`.
 *
 * @see Triton server src/http_server.cc, EVBufferAddErrorJson
 */
export function encodeErrorBody(writer: ByteWriter, message: string): void {
  const bytes = new TextEncoder().encode(JSON.stringify({ error: message }));
  writer.ensure(bytes.byteLength);
  writer.bytes.set(bytes, writer.position);
  writer.position += bytes.byteLength;
}
