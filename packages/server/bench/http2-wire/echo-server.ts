/**
 * Answers every unary call with its own message, over our HTTP/2 layer or over node:http2; the program that `main.ts`
 * measures. Prints its port, then one line of figures for each line that it reads.
 *
 * Usage: node --conditions=@nereid/source echo-server.ts wire|wire-stream|node-http2
 */
import { createServer, type ServerHttp2Stream } from "node:http2";
import { encodeHeaderBlock } from "../../src/frontends/grpc/http2/header-block.ts";
import { createHttp2Server } from "../../src/frontends/grpc/http2/http2-server.ts";
import type {
  Http2Message,
  Http2Receiver,
  Http2Stream,
} from "../../src/frontends/grpc/http2/http2-stream.ts";
import { BodyPool } from "../../src/frontends/socket/body-pool.ts";
import type { ReadMode } from "../../src/frontends/socket/socket-reader.ts";
import { listenOnLoopback, reportFigures } from "../echo-program.ts";

const CONTENT_TYPE = "application/grpc";
const PATH = "/inference.GRPCInferenceService/ModelInfer";
const HEAD = encodeHeaderBlock([
  [":status", "200"],
  ["content-type", CONTENT_TYPE],
]);
const TRAILERS = encodeHeaderBlock([["grpc-status", "0"]]);
const NOT_FOUND = encodeHeaderBlock([[":status", "404"]]);

class WireEcho implements Http2Receiver {
  readonly framing = "messages";
  readonly messageSizeMax: number = 2 ** 31;

  alignedMessageOffset(): number {
    return 0;
  }

  onMessage(stream: Http2Stream, message: Http2Message): void {
    const held = message.hold(0);
    const isSmall = held.bytes.byteLength <= 8192;
    const receipt = isSmall ? null : { onWritten: () => held.release() };
    stream.respond(HEAD, [held.bytes], TRAILERS, 0, receipt);
  }

  onBytes(): void {}

  onMessageFault(stream: Http2Stream): void {
    stream.end(NOT_FOUND);
  }

  onRequestEnd(): void {}

  onCancelled(): void {}

  onDrain(): void {}
}

async function startWire(readMode: ReadMode): Promise<number> {
  const echo = new WireEcho();
  const server = createHttp2Server(
    (stream) => {
      if (stream.head.path === PATH) {
        return echo;
      }
      stream.end(NOT_FOUND);
      return null;
    },
    { pool: new BodyPool(), readMode },
  );
  const { port } = await server.listen({ address: "127.0.0.1", port: 0, reusePort: false });
  return port;
}

/** The message in one piece, copied only if it came in several; head, message and trailers as few writes as it offers. */
function answerWithNode(stream: ServerHttp2Stream): void {
  const pieces: Buffer[] = [];
  stream.on("data", (piece: Buffer) => pieces.push(piece));
  stream.on("end", () => {
    stream.respond({ ":status": 200, "content-type": CONTENT_TYPE }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    const [first] = pieces;
    stream.end(pieces.length === 1 ? first : Buffer.concat(pieces));
  });
}

async function startNodeHttp2(): Promise<number> {
  const server = createServer();
  server.on("stream", (stream, headers) => {
    if (headers[":path"] === PATH) {
      answerWithNode(stream);
    } else {
      stream.respond({ ":status": 404 }, { endStream: true });
    }
  });
  return listenOnLoopback(server);
}

async function start(kind: string | undefined): Promise<number> {
  switch (kind) {
    case "wire":
      return startWire("direct");
    case "wire-stream":
      return startWire("stream");
    default:
      return startNodeHttp2();
  }
}

reportFigures(await start(process.argv[2]));
