import type { HeaderBlock } from "../http2/header-block.ts";
import { HpackDecoder } from "../http2/hpack/hpack-decoder.ts";
import type {
  HeldMessage,
  Http2ConnectionInfo,
  Http2Head,
  Http2HeaderVisitor,
  Http2Message,
  Http2Stream,
  Http2WriteReceipt,
} from "../http2/http2-stream.ts";

/** What a gRPC client sends with every call. */
const CALL_HEADERS: Readonly<Record<string, string>> = {
  "content-type": "application/grpc",
  te: "trailers",
};

/** The head of a call. */
export class FakeHead implements Http2Head {
  readonly method: string;
  readonly scheme = "http";
  readonly path: string;
  readonly authority = "test";
  memo: unknown = null;
  readonly #headers: ReadonlyMap<string, string>;

  /** @param headers over those of every call; an empty value leaves one of those out */
  constructor(path: string, headers: Readonly<Record<string, string>> = {}, method = "POST") {
    this.path = path;
    this.method = method;
    const all = { ...CALL_HEADERS, ...headers };
    this.#headers = new Map(Object.entries(all).filter(([, value]) => value !== ""));
  }

  header(name: string): string | undefined {
    return this.#headers.get(name);
  }

  forEachHeader(visit: Http2HeaderVisitor): void {
    for (const [name, value] of this.#headers) {
      visit(name, value);
    }
  }
}

/** Reads a head or trailers that were sent. */
export function fieldsOf(block: HeaderBlock): Record<string, string> {
  const decoder = new HpackDecoder({ headerListSizeMax: 1 << 20, headerCountMax: 100 });
  const fields = decoder.decode(Buffer.from(block), 0, block.byteLength) ?? [];
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

/** One message as the wire hands it on. */
class FakeMessage implements Http2Message {
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly start = 0;
  readonly end: number;
  readonly isLast = false;
  readonly #onHeld: (held: FakeHeldMessage) => void;

  constructor(bytes: Uint8Array, flags: number, onHeld: (held: FakeHeldMessage) => void) {
    this.flags = flags;
    this.bytes = bytes;
    this.end = bytes.byteLength;
    this.#onHeld = onHeld;
  }

  hold(): HeldMessage {
    const held = new FakeHeldMessage(Uint8Array.from(this.bytes));
    this.#onHeld(held);
    return held;
  }
}

class FakeHeldMessage implements HeldMessage {
  readonly bytes: Uint8Array;
  isReleased = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Whoever reads on reads rubbish. */
  release(): void {
    this.isReleased = true;
    this.bytes.fill(0xff);
  }
}

/** A stream that keeps what is sent on it. */
export class FakeStream implements Http2Stream {
  readonly id = 1;
  readonly head: FakeHead;
  readonly connection: Http2ConnectionInfo = {
    remoteAddress: "127.0.0.1",
    remotePort: 1,
    isSecure: false,
    serial: 1,
  };
  isOpen = true;
  unsentSize = 0;
  isReceiving = true;
  /** What `write` returns. */
  hasRoom = true;
  /** Whether messages stay unsent until `flush`. */
  isStuck = false;
  readonly messages: { readonly bytes: Uint8Array; readonly flags: number }[] = [];
  /** Fields of the head that came with or before the messages; null while none has been sent. */
  headFields: Record<string, string> | null = null;
  /** Fields that ended the answer; null while it goes on. */
  trailerFields: Record<string, string> | null = null;
  resetCode: number | null = null;
  readonly #held: FakeHeldMessage[] = [];
  #receipts: Http2WriteReceipt[] = [];

  constructor(head: FakeHead) {
    this.head = head;
  }

  /** `<grpc-status> <grpc-message>` of the end, or an empty text while there is none. */
  get outcome(): string {
    const { "grpc-status": status, "grpc-message": message } = this.trailerFields ?? {};
    return status === undefined ? "" : message === undefined ? status : `${status} ${message}`;
  }

  /** Messages whose memory is in use. */
  get heldCount(): number {
    return this.#held.filter(({ isReleased }) => !isReleased).length;
  }

  message(bytes: Uint8Array, flags = 0): Http2Message {
    return new FakeMessage(bytes, flags, (held) => this.#held.push(held));
  }

  respond(
    head: HeaderBlock,
    parts: readonly Uint8Array[],
    trailers: HeaderBlock,
    flags: number,
    receipt: Http2WriteReceipt | null,
  ): void {
    this.start(head);
    this.write(parts, flags, receipt);
    this.end(trailers);
  }

  start(head: HeaderBlock): void {
    if (this.isOpen) {
      this.headFields = fieldsOf(head);
    }
  }

  write(parts: readonly Uint8Array[], flags: number, receipt: Http2WriteReceipt | null): boolean {
    if (this.isOpen) {
      this.messages.push({ bytes: Buffer.concat(parts), flags });
    }
    if (this.isStuck && receipt !== null) {
      this.#receipts.push(receipt);
    } else {
      receipt?.onWritten(this.isOpen);
    }
    return this.hasRoom;
  }

  end(trailers: HeaderBlock): void {
    if (this.isOpen) {
      this.isOpen = false;
      this.trailerFields = fieldsOf(trailers);
    }
  }

  reset(code: number): void {
    this.isOpen = false;
    this.resetCode = code;
  }

  setReceiving(isReceiving: boolean): void {
    this.isReceiving = isReceiving;
  }

  /** The kernel takes what was stuck. */
  flush(): void {
    const receipts = this.#receipts;
    this.#receipts = [];
    for (const receipt of receipts) {
      receipt.onWritten(true);
    }
  }
}
