import { createConnection } from "node:net";

/** One answer, as it came over the wire; `headers` by lower-case name (repeated ones joined with a comma). */
export interface HttpAnswer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Without the transfer coding. */
  readonly body: Uint8Array;
  /** What it took on the wire, interim answers before it included. */
  readonly byteLength: number;
}

/** What came back: an answer, or the connection ended without one, or nothing came in time. */
export type HttpOutcome = HttpAnswer | { readonly kind: "closed" } | { readonly kind: "silent" };

/** How an exchange goes. */
export interface ExchangeOptions {
  readonly port: number;
  /** Ends the sending side behind the request, as a client that gives up does. */
  readonly isEnded?: boolean;
  readonly timeoutMs?: number;
  /** Which of the answers on the connection is wanted, where several requests go out together; 0 unless stated. */
  readonly answerIndex?: number;
}

const TIMEOUT_MS_DEFAULT = 15_000;

/**
 * Sends bytes on a connection of their own and reads one answer. Interim (1xx) answers are skipped.
 *
 * @throws {Error} if nobody listens on the port
 */
export async function exchange(
  request: Uint8Array,
  options: ExchangeOptions,
): Promise<HttpOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpOutcome>();
  const socket = createConnection({ host: "127.0.0.1", port: options.port, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  const timer = setTimeout(
    () => resolve({ kind: "silent" }),
    options.timeoutMs ?? TIMEOUT_MS_DEFAULT,
  );
  const readAnswer = (isComplete: boolean): HttpAnswer | null => {
    let rest: Buffer = Buffer.concat(chunks);
    for (let index = 0; index < (options.answerIndex ?? 0); index++) {
      const earlier = parseAnswer(rest, isComplete);
      if (earlier === null) {
        return null;
      }
      rest = rest.subarray(earlier.byteLength);
    }
    return parseAnswer(rest, isComplete);
  };
  socket.on("connect", () => {
    socket.write(request);
    if (options.isEnded === true) {
      socket.end();
    }
  });
  socket.on("data", (chunk) => {
    chunks.push(chunk);
    const answer = readAnswer(false);
    if (answer !== null) {
      resolve(answer);
    }
  });
  socket.on("end", () => resolve(readAnswer(true) ?? { kind: "closed" }));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") {
      reject(error);
    } else {
      // A reset may overtake an answer that was read; without one it is the server's way of saying no.
      resolve(readAnswer(true) ?? { kind: "closed" });
    }
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

/** An answer if the bytes hold a whole one; `isClosed` says that no more will come. */
export function parseAnswer(bytes: Buffer, isClosed: boolean): HttpAnswer | null {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) {
    return null;
  }
  const [statusLine = "", ...lines] = bytes.subarray(0, headEnd).toString("latin1").split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  const rest = bytes.subarray(headEnd + 4);
  if (status >= 100 && status < 200) {
    const final = parseAnswer(rest, isClosed);
    return final === null ? null : { ...final, byteLength: headEnd + 4 + final.byteLength };
  }
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  const parsed = parseBody(rest, headers, isClosed);
  return parsed === null
    ? null
    : {
        kind: "answer",
        status,
        headers,
        body: parsed.body,
        byteLength: headEnd + 4 + parsed.byteLength,
      };
}

interface ParsedBody {
  readonly body: Uint8Array;
  readonly byteLength: number;
}

function parseBody(
  rest: Buffer,
  headers: ReadonlyMap<string, string>,
  isClosed: boolean,
): ParsedBody | null {
  if (headers.get("transfer-encoding")?.toLowerCase() === "chunked") {
    return decodeChunks(rest);
  }
  const length = headers.get("content-length");
  if (length !== undefined) {
    const byteLength = Number(length);
    return rest.byteLength >= byteLength
      ? { body: rest.subarray(0, byteLength), byteLength }
      : null;
  }
  return isClosed ? { body: rest, byteLength: rest.byteLength } : null;
}

function decodeChunks(bytes: Buffer): ParsedBody | null {
  const parts: Buffer[] = [];
  let offset = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", offset);
    if (lineEnd < 0) {
      return null;
    }
    const size = Number.parseInt(bytes.subarray(offset, lineEnd).toString("latin1"), 16);
    const end = lineEnd + 2 + size;
    if (bytes.byteLength < end + 2) {
      return null;
    }
    if (size === 0) {
      return { body: Buffer.concat(parts), byteLength: end + 2 };
    }
    parts.push(bytes.subarray(lineEnd + 2, end));
    offset = end + 2;
  }
}
