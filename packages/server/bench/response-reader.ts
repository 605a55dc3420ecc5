const HEAD_SIZE_MAX = 65536;
const LINE_FEED = 10;
const INVALID = -1;
const INCOMPLETE = 0;

/**
 * Finds the end of each answer in a stream of HTTP/1.1 answers, one outstanding at a time. Reads just enough for a load
 * generator: the status, Content-Length, chunked framing and `Connection: close`.
 */
export class ResponseReader {
  /** Whether the server said that it closes the connection after the present answer. */
  mustClose = false;
  readonly #isHead: boolean;
  #head = "";
  #status = 0;
  /** Bytes of body, or of the present chunk with its line end, still to come; -1 while a head is read. */
  #remaining = -1;
  #isChunked = false;
  #chunkLine = "";

  /** @param isHead whether the answers are to HEAD and so have no body */
  constructor(isHead: boolean) {
    this.#isHead = isHead;
  }

  reset(): void {
    this.#head = "";
    this.#status = 0;
    this.#remaining = -1;
    this.#isChunked = false;
    this.#chunkLine = "";
    this.mustClose = false;
  }

  /** Takes the first `size` bytes of `bytes`. Returns the status once an answer is complete, 0 before, -1 if unreadable. */
  read(bytes: Buffer, size: number): number {
    let position = 0;
    if (this.#remaining === -1) {
      position = this.#readHead(bytes, size);
      if (position <= 0) {
        return position;
      }
    }
    if (this.#isChunked) {
      return this.#readChunks(bytes, position, size);
    }
    this.#remaining -= size - position;
    return this.#remaining > 0 ? INCOMPLETE : this.#complete(this.#remaining === 0);
  }

  #complete(isExact: boolean): number {
    const status = this.#status;
    this.#remaining = -1;
    this.#head = "";
    return isExact ? status : INVALID;
  }

  /** Returns the position after the head, 0 if it is incomplete, -1 if it is unreadable. */
  #readHead(bytes: Buffer, size: number): number {
    const before = this.#head.length;
    this.#head += bytes.toString("latin1", 0, Math.min(size, HEAD_SIZE_MAX));
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) {
      return this.#head.length > HEAD_SIZE_MAX ? INVALID : INCOMPLETE;
    }
    const head = this.#head.slice(0, end + 2);
    const match = /^HTTP\/1\.[01] ([0-9]{3}) /.exec(head);
    if (match === null) {
      return INVALID;
    }
    this.#status = Number(match[1]);
    this.mustClose = /\r\nconnection: close\r\n/i.test(head);
    this.#isChunked = /\r\ntransfer-encoding: chunked\r\n/i.test(head);
    const length = /\r\ncontent-length: ([0-9]+)\r\n/i.exec(head);
    this.#remaining = this.#isHead || length === null ? 0 : Number(length[1]);
    this.#chunkLine = "";
    return end + 4 - before;
  }

  #readChunks(bytes: Buffer, start: number, size: number): number {
    let position = start;
    while (position < size) {
      if (this.#remaining > 0) {
        const taken = Math.min(this.#remaining, size - position);
        this.#remaining -= taken;
        position += taken;
        continue;
      }
      const end = bytes.indexOf(LINE_FEED, position);
      const isWhole = end >= 0 && end < size;
      this.#chunkLine += bytes.toString("latin1", position, isWhole ? end : size);
      if (!isWhole) {
        return this.#chunkLine.length > HEAD_SIZE_MAX ? INVALID : INCOMPLETE;
      }
      const line = this.#chunkLine;
      this.#chunkLine = "";
      position = end + 1;
      if (line === "\r") {
        // The empty line after the last chunk.
        return this.#complete(position === size);
      }
      const chunkSize = Number.parseInt(line, 16);
      if (Number.isNaN(chunkSize)) {
        return INVALID;
      }
      this.#remaining = chunkSize === 0 ? 0 : chunkSize + 2;
    }
    return INCOMPLETE;
  }
}
