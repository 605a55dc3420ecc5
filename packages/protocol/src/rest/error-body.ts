import type { ByteWriter } from "./byte-writer.ts";
import { writeAscii, writeJsonText } from "./json-writer.ts";

/**
 * Appends `{"error":"<message>"}` to `writer`.
 *
 * @see Triton server src/http_server.cc, EVBufferAddErrorJson
 */
export function encodeErrorBody(writer: ByteWriter, message: string): void {
  writeAscii(writer, '{"error":');
  writeJsonText(writer, message);
  writeAscii(writer, "}");
}
