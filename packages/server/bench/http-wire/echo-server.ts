/**
 * Answers every request with its own body, over our wire layer or over node:http tuned as far as it goes; the program that
 * `main.ts` measures. Prints its port, then one line of figures for each line that it reads.
 *
 * Usage: node --conditions=@nereid/source echo-server.ts wire|wire-stream|node-http
 */
import { createServer } from "node:http";
import type {
  HttpExchange,
  HttpExchangeListener,
  HttpRequestReceiver,
} from "../../src/frontends/http/wire/http-exchange.ts";
import { createWireServer } from "../../src/frontends/http/wire/wire-server.ts";
import { BodyPool } from "../../src/frontends/socket/body-pool.ts";
import type { ReadMode } from "../../src/frontends/socket/socket-reader.ts";
import { listenOnLoopback, reportFigures } from "../echo-program.ts";

const HEADER_LINES = "Content-Type: application/octet-stream\r\n";

class WireEcho implements HttpRequestReceiver, HttpExchangeListener {
  readonly bodySizeMax: number = 2 ** 32;

  alignedBodyOffset(exchange: HttpExchange): number {
    return Number(exchange.header("inference-header-content-length") ?? 0);
  }

  onRequest(exchange: HttpExchange): void {
    exchange.listener = this;
    exchange.respond(200, HEADER_LINES, [exchange.body]);
  }

  onBodyTooLarge(exchange: HttpExchange): void {
    exchange.respond(413, HEADER_LINES, []);
  }

  onClientGone(): void {}

  onWritten(exchange: HttpExchange): void {
    exchange.releaseBody();
  }
}

async function startWire(readMode: ReadMode): Promise<number> {
  const echo = new WireEcho();
  const server = createWireServer((exchange) => (exchange.path === "/echo" ? echo : null), {
    pool: new BodyPool(),
    readMode,
  });
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  return port;
}

/** Without Date, timers and headers of its own; the body in one piece, copied once; the answer in one gathered write. */
async function startNodeHttp(): Promise<number> {
  const server = createServer(
    {
      noDelay: true,
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
      connectionsCheckingInterval: 0x7fff_ffff,
      highWaterMark: 1024 * 1024,
    },
    (request, response) => {
      response.sendDate = false;
      const size = Number(request.headers["content-length"] ?? 0);
      let body: Buffer | null = null;
      let received = 0;
      const answer = (content: Buffer): void => {
        response.writeHead(200, [
          "Content-Type",
          "application/octet-stream",
          "Content-Length",
          String(content.byteLength),
        ]);
        response.end(content);
      };
      request.on("data", (piece: Buffer) => {
        if (body === null && piece.byteLength === size) {
          answer(piece);
          return;
        }
        body ??= Buffer.allocUnsafeSlow(size);
        body.set(piece, received);
        received += piece.byteLength;
        if (received === size) {
          answer(body);
        }
      });
      if (size === 0) {
        answer(Buffer.alloc(0));
      }
    },
  );
  server.timeout = 0;
  return listenOnLoopback(server);
}

async function start(kind: string | undefined): Promise<number> {
  switch (kind) {
    case "wire":
      return startWire("direct");
    case "wire-stream":
      return startWire("stream");
    default:
      return startNodeHttp();
  }
}

reportFigures(await start(process.argv[2]));
