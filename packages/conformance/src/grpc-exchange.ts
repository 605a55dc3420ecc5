import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { delay } from "./delay.ts";
import { framesOf } from "./grpc-message.ts";

/** What a call does after its headers: bytes go out as they are, the rest is said by its name. */
export type GrpcAction =
  | Uint8Array
  | "end"
  | "cancel"
  /** Waits until so many messages have come, or the call is over. */
  | { readonly untilMessages: number }
  | { readonly pauseMs: number };

/** One call: its headers, in which null takes a default away, and what it does. */
export interface GrpcCall {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | null>>;
  readonly actions: readonly GrpcAction[];
  readonly timeoutMs?: number;
}

/** What came back of a call. */
export interface GrpcOutcome {
  /**
   * How it ended: with trailers (which may be the headers, if nothing else came), reset by the server, with its
   * connection, cancelled by the call itself, or not in time.
   */
  readonly ending: "trailers" | "reset" | "closed" | "cancelled" | "silent";
  /** HTTP status; null if no headers came. */
  readonly httpStatus: number | null;
  readonly headers: ReadonlyMap<string, string>;
  readonly trailers: ReadonlyMap<string, string>;
  readonly data: Uint8Array;
  /** The HTTP/2 error code, if the server reset the stream. */
  readonly resetCode: number;
}

const TIMEOUT_MS_DEFAULT = 15_000;

const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  ":method": "POST",
  ":scheme": "http",
  "content-type": "application/grpc",
  te: "trailers",
};

/** A connection to a gRPC server. Whoever opens it closes it. */
export class GrpcConnection {
  readonly #session: ClientHttp2Session;

  private constructor(session: ClientHttp2Session) {
    this.#session = session;
    // An error of the connection shows in its calls.
    session.on("error", () => {});
  }

  /** @throws {Error} if nobody listens on the port */
  static async open(port: number): Promise<GrpcConnection> {
    const session = connect(`http://127.0.0.1:${port}`, {
      // Status messages may end with a space.
      strictFieldWhitespaceValidation: false,
    });
    await once(session, "connect");
    return new GrpcConnection(session);
  }

  /** New calls can be made on it. */
  get isOpen(): boolean {
    return !this.#session.closed && !this.#session.destroyed;
  }

  /** Makes a call and waits until it is over. */
  async call(call: GrpcCall): Promise<GrpcOutcome> {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...DEFAULT_HEADERS, ...call.headers })) {
      if (value !== null) {
        headers[name] = value;
      }
    }
    const stream = this.#session.request(
      { ":path": call.path, ...headers },
      { endStream: false, waitForTrailers: false },
    );
    const listener = new CallListener(stream, this.#session);
    const timer = setTimeout(() => listener.giveUp(), call.timeoutMs ?? TIMEOUT_MS_DEFAULT);
    try {
      await listener.perform(call.actions);
      return await listener.outcome;
    } finally {
      clearTimeout(timer);
      stream.destroy();
    }
  }

  close(): void {
    this.#session.destroy();
  }
}

/** Collects what comes back on one stream. */
class CallListener {
  readonly outcome: Promise<GrpcOutcome>;
  readonly #stream: ClientHttp2Stream;
  readonly #session: ClientHttp2Session;
  readonly #chunks: Buffer[] = [];
  readonly #resolve: (outcome: GrpcOutcome) => void;
  #headers: ReadonlyMap<string, string> = new Map();
  #trailers: ReadonlyMap<string, string> = new Map();
  #httpStatus: number | null = null;
  #hasEnd = false;
  #isOver = false;
  #isCancelled = false;

  constructor(stream: ClientHttp2Stream, session: ClientHttp2Session) {
    const { promise, resolve } = Promise.withResolvers<GrpcOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    this.#stream = stream;
    this.#session = session;
    stream.on("response", (headers) => {
      this.#httpStatus = Number(headers[":status"]);
      this.#headers = fieldsOf(headers);
    });
    stream.on("trailers", (trailers: IncomingHttpHeaders) => {
      this.#trailers = fieldsOf(trailers);
    });
    stream.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
    stream.on("end", () => {
      this.#hasEnd = true;
    });
    // An error is followed by "close", where its code is looked at.
    stream.on("error", () => {});
    stream.on("close", () => this.#finish(this.#endingOfClosed()));
  }

  async perform(actions: readonly GrpcAction[]): Promise<void> {
    for (const action of actions) {
      if (this.#isOver) {
        return;
      }
      if (action === "end") {
        this.#stream.end();
      } else if (action === "cancel") {
        this.#isCancelled = true;
        this.#stream.close(constants.NGHTTP2_CANCEL);
      } else if (action instanceof Uint8Array) {
        this.#stream.write(action);
      } else if ("pauseMs" in action) {
        await delay(action.pauseMs);
      } else {
        await this.#untilMessages(action.untilMessages);
      }
    }
  }

  giveUp(): void {
    this.#finish("silent");
  }

  async #untilMessages(count: number): Promise<void> {
    while (!this.#isOver && framesOf(Buffer.concat(this.#chunks)).frames.length < count) {
      await Promise.race([once(this.#stream, "data"), this.outcome]).catch(() => {});
    }
  }

  #endingOfClosed(): GrpcOutcome["ending"] {
    if (this.#isCancelled) {
      return "cancelled";
    }
    if (this.#headers.has("grpc-status") || this.#trailers.has("grpc-status")) {
      return "trailers";
    }
    if (this.#stream.rstCode !== constants.NGHTTP2_NO_ERROR && !this.#session.destroyed) {
      return "reset";
    }
    return this.#hasEnd && this.#httpStatus !== null ? "trailers" : "closed";
  }

  #finish(ending: GrpcOutcome["ending"]): void {
    this.#isOver = true;
    this.#resolve({
      ending,
      httpStatus: this.#httpStatus,
      headers: this.#headers,
      trailers: this.#trailers,
      data: Buffer.concat(this.#chunks),
      resetCode: this.#stream.rstCode ?? 0,
    });
  }
}

function fieldsOf(headers: object): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value]: [string, unknown]) => [name, String(value)]),
  );
}
