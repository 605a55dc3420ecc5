import {
  ByteWriter,
  encodeErrorBody,
  encodeGenerateResponse,
  type GenerateResponseHead,
  type ResponseContent,
} from "@nereid/protocol";

const WRITER_SIZE = 16 * 1024;
/** Memory up to this size is kept for the next answer. */
const KEPT_SIZE_MAX = 256 * 1024;

const EVENT_START = Buffer.from("data: ");
const EVENT_END = Buffer.from("\n\n");

/** Encodes the answers of generate requests, as they are or as events (Server-Sent Events), each into memory of its own. */
export class GenerateEncoder {
  #writer: ByteWriter = new ByteWriter(WRITER_SIZE);

  /** @throws {TritonError} for outputs that JSON cannot say */
  encodeAnswer(head: GenerateResponseHead, content: ResponseContent, isEvent: boolean): Uint8Array {
    return this.#encode(isEvent, (writer) => {
      encodeGenerateResponse(writer, head, content);
    });
  }

  /** `{"error":"<message>"}` */
  encodeError(message: string, isEvent: boolean): Uint8Array {
    return this.#encode(isEvent, (writer) => {
      encodeErrorBody(writer, message);
    });
  }

  #encode(isEvent: boolean, write: (writer: ByteWriter) => void): Uint8Array {
    const writer = this.#writer;
    writer.position = 0;
    if (isEvent) {
      writer.append(EVENT_START);
    }
    write(writer);
    if (isEvent) {
      writer.append(EVENT_END);
    }
    const bytes = writer.bytes.slice(0, writer.position);
    if (writer.bytes.byteLength > KEPT_SIZE_MAX) {
      this.#writer = new ByteWriter(WRITER_SIZE);
    }
    return bytes;
  }
}
