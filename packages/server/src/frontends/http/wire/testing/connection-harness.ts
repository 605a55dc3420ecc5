import { BodySlab } from "../../../socket/body-memory.ts";
import { type BufferPool, unpooledBuffers } from "../../../socket/buffer-pool.ts";
import { OutputArena } from "../../../socket/output-arena.ts";
import { FakeSocket } from "../../../socket/testing/fake-socket.ts";
import { Connection } from "../connection.ts";
import { HeadCache } from "../head-cache.ts";
import { HeadScan } from "../head-scan.ts";
import type { HttpExchange, HttpRequestReceiver } from "../http-exchange.ts";
import type { WireContext } from "../wire-context.ts";
import { type WireLimits, wireLimitsDefault } from "../wire-limits.ts";

export const EMPTY_ANSWER =
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n";

/** Shared, as the connections of one server share them. */
const bodySlab = new BodySlab();
const arena = new OutputArena();

/** One connection on a fake socket, with a layer above that records requests and, unless told not to, answers them. */
export class ConnectionHarness {
  readonly socket: FakeSocket = new FakeSocket();
  readonly connection: Connection;
  readonly errors: unknown[] = [];
  /** The exchanges whose request has been handed on whole. */
  readonly exchanges: HttpExchange[] = [];
  /** `POST /x 1.1 <body>` for each of them. */
  readonly requests: string[] = [];
  isClosed = false;
  answersAtOnce = true;
  bodySizeMax = 1 << 30;
  alignedOffset = 0;
  /** Called for each head; returning true says that it has been answered there. */
  onHead: (exchange: HttpExchange) => boolean = () => false;
  onBodyTooLarge: (exchange: HttpExchange) => void = (exchange) => exchange.respond(413, "", []);
  readonly context: WireContext & { nowMs: number };

  constructor(limits: Partial<WireLimits> = {}, pool: BufferPool = unpooledBuffers) {
    const allLimits = { ...wireLimitsDefault, ...limits };
    this.context = {
      limits: allLimits,
      onHead: (exchange) => (this.onHead(exchange) ? null : this.#receiver()),
      onHandlerError: (error) => this.errors.push(error),
      pool,
      bodySlab,
      arena,
      heads: new HeadCache(),
      headScan: new HeadScan(allLimits),
      nowMs: 0,
      exchangeCount: 0,
      isHeld: false,
      isClosing: false,
    };
    this.connection = new Connection(this.socket.asSocket, this.context, false, () => {
      this.isClosed = true;
    });
  }

  get output(): string {
    return this.socket.output;
  }

  /** The statuses of the answers so far, in order; informational ones included. */
  get statuses(): number[] {
    const matches = this.output.matchAll(/HTTP\/1\.[01] ([0-9]{3}) /g);
    return [...matches].map((match) => Number(match[1]));
  }

  /** Lets bytes come as one read; a character per byte. */
  receive(text: string): void {
    const bytes = Buffer.from(text, "latin1");
    const space = this.connection.space();
    if (space !== null && space.byteLength >= bytes.byteLength) {
      space.set(bytes);
      this.connection.filled(bytes.byteLength);
      return;
    }
    // As with a shared read buffer, the memory holds something else right after.
    this.connection.receive(bytes, bytes.byteLength);
    bytes.fill(0x21);
  }

  #receiver(): HttpRequestReceiver {
    const bodySizeMax = (): number => this.bodySizeMax;
    return {
      get bodySizeMax() {
        return bodySizeMax();
      },
      alignedBodyOffset: () => this.alignedOffset,
      onRequest: (exchange) => {
        this.exchanges.push(exchange);
        const body = Buffer.from(exchange.body).toString("latin1");
        const line = `${exchange.method} ${exchange.target} 1.${exchange.versionMinor} ${body}`;
        this.requests.push(line.trimEnd());
        if (this.answersAtOnce) {
          exchange.respond(200, "", []);
        }
      },
      onBodyTooLarge: (exchange) => this.onBodyTooLarge(exchange),
    };
  }
}
