import type { MessagePort } from "node:worker_threads";
import type { Clock } from "../../../base/clock.ts";
import { RingPort } from "../../../threads/ring-port.ts";
import { SharedBufferPool, SharedBufferTable } from "../../../threads/shared-buffers.ts";
import type { ContentReader } from "./content-reader.ts";
import { ContentWriter } from "./content-writer.ts";
import { copyWords, WORD_COPY_SIZE_MAX } from "./copy-words.ts";
import { RecordMemory, type RingContent } from "./record-memory.ts";
import { IDLE_BYTES_MAX, LinkRecord, RING_CONTENT_SIZE_MAX } from "./records.ts";

/** One side's ends of what connects the server and a worker. */
export interface LinkChannels {
  readonly inbound: SharedArrayBuffer;
  readonly outbound: SharedArrayBuffer;
  /** Announces this side's shared buffers. */
  readonly ownBuffers: MessagePort;
  /** Announces the other side's. */
  readonly otherBuffers: MessagePort;
}

/** What a link works with. */
export interface ThreadLinkOptions {
  readonly channels: LinkChannels;
  readonly clock: Clock;
  readonly ringBell: () => void;
  /** Takes a record that is no `LinkRecord`. Byte strings read from it are the taker's own. */
  readonly onRecord: (kind: number, reader: ContentReader) => void;
  /** The other side has read a buffer of this side. */
  readonly onRelease: (index: number) => void;
  /** A record that cannot be, or what `onRecord` threw: the link is closed. */
  readonly onFailure: (error: unknown) => void;
  /** See `RingPortOptions`. */
  readonly idleTurnsMax?: number;
  readonly dozeMs?: () => number;
  readonly isIdle?: () => boolean;
  readonly work?: () => boolean;
}

const KIND_SIZE = 4;

/** Records of one side that may wait for room: never reached, as each belongs to a request, a call or a log line in flight. */
const WAITING_BYTES_MAX: number = 1 << 30;

/**
 * One side's end of the way between the server and a worker that runs a model: records with content, and shared buffers.
 *
 * A record's content is written with `begin` and goes with `send`; small content travels in the ring, large content in a
 * shared buffer, and the reader sees no difference.
 */
export class ThreadLink {
  readonly pool: SharedBufferPool;
  readonly #options: ThreadLinkOptions;
  readonly #table: SharedBufferTable;
  readonly #port: RingPort;
  readonly #inbound: RingContent;
  readonly #writer = new ContentWriter();
  /** What is read from a record outlives it. */
  readonly #memory = new RecordMemory();
  #isClosed = false;

  constructor(options: ThreadLinkOptions) {
    this.#options = options;
    const { channels, clock, ringBell, onFailure, ...rest } = options;
    this.pool = new SharedBufferPool({
      port: channels.ownBuffers,
      idleBytesMax: IDLE_BYTES_MAX,
      forget: (index) => this.#sendIndex(LinkRecord.Forget, index),
    });
    this.#table = new SharedBufferTable(channels.otherBuffers);
    this.#port = new RingPort({
      ...rest,
      inbound: channels.inbound,
      outbound: channels.outbound,
      clock,
      schedule: setImmediate,
      ringBell,
      onRecord: (position, size) => this.#onRecord(position, size),
      onRoom: () => {},
      onFailure: (error) => {
        this.close();
        onFailure(error);
      },
      waitingBytesMax: WAITING_BYTES_MAX,
    });
    this.#inbound = { words: this.#port.inWords, bytes: this.#port.inBytes };
  }

  /** Begins a record's content; only one is written at a time. */
  begin(): ContentWriter {
    this.#writer.reset();
    return this.#writer;
  }

  /** Gives the content since `begin` to the other side. Goes nowhere once the link is closed. */
  send(kind: number): void {
    this.sendQuietly(kind);
    this.ring();
  }

  /** Wakes the other side if it sleeps and has been sent something. */
  ring(): void {
    this.#port.ring();
  }

  /** `send` without `ring`, which is to follow soon. */
  sendQuietly(kind: number): void {
    if (this.#isClosed) {
      return;
    }
    const { size } = this.#writer;
    if (size > RING_CONTENT_SIZE_MAX) {
      this.#sendIndirect(kind, this.#writer.content);
      return;
    }
    const port = this.#port;
    const position = port.begin(KIND_SIZE + size);
    const { words } = port;
    words[position >> 2] = kind;
    if (size <= WORD_COPY_SIZE_MAX) {
      const from = { words: this.#writer.words, position: 0 };
      copyWords(from, { words, position: position + KIND_SIZE }, size);
    } else {
      port.bytes.set(this.#writer.content, position + KIND_SIZE);
    }
    port.endQuietly();
  }

  /** Copies bytes into a buffer that the other side sees; it stays taken until it is given back to the pool. */
  copyToShared(bytes: Uint8Array): number {
    const buffer = this.pool.take(bytes.byteLength);
    buffer.bytes.set(bytes);
    return buffer.index;
  }

  /** A view of a buffer of the other side's. @throws {RangeError} for bytes that are not within it */
  view(index: number, offset: number, size: number): Uint8Array {
    const buffer = this.#table.get(index);
    if (offset + size > buffer.byteLength) {
      throw new RangeError("a tensor lies within its buffer");
    }
    return buffer.subarray(offset, offset + size);
  }

  /** Tells the other side that its buffer has been read. */
  release(index: number): void {
    this.#sendIndex(LinkRecord.Release, index);
  }

  /** An answer is likely to come soon: looks for it in the next turns of the event loop. */
  expect(): void {
    this.#port.expect();
  }

  /** Reads and works now. */
  poll(): void {
    this.#port.poll();
  }

  onBell(): void {
    this.#port.onBell();
  }

  /** Reads what the other side has written before it ended, and closes. */
  finish(): void {
    this.#port.finish();
    this.close();
  }

  /** Reads and sends no more. */
  close(): void {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#port.close();
      this.#options.channels.ownBuffers.close();
      this.#options.channels.otherBuffers.close();
    }
  }

  #sendIndirect(kind: number, content: Uint8Array): void {
    const index = this.copyToShared(content);
    const position = this.#port.begin(4 * KIND_SIZE);
    const { words } = this.#port;
    const word = position >> 2;
    words[word] = LinkRecord.Indirect;
    words[word + 1] = kind;
    words[word + 2] = index;
    words[word + 3] = content.byteLength;
    this.#port.endQuietly();
  }

  #sendIndex(kind: number, index: number): void {
    if (this.#isClosed) {
      return;
    }
    const position = this.#port.begin(2 * KIND_SIZE);
    this.#port.words[position >> 2] = kind;
    this.#port.words[(position >> 2) + 1] = index;
    this.#port.endLazily();
  }

  #onRecord(position: number, size: number): void {
    const { inWords } = this.#port;
    const word = position >> 2;
    const kind = inWords[word] ?? 0;
    const first = inWords[word + 1] ?? 0;
    switch (kind) {
      case LinkRecord.Release:
        this.#options.onRelease(first);
        break;
      case LinkRecord.Forget:
        this.#table.forget(first);
        break;
      case LinkRecord.Indirect: {
        const index = inWords[word + 2] ?? 0;
        const reader = this.#memory.own(this.view(index, 0, inWords[word + 3] ?? 0));
        this.release(index);
        this.#options.onRecord(first, reader);
        break;
      }
      default:
        this.#options.onRecord(
          kind,
          this.#memory.copy(this.#inbound, position + KIND_SIZE, size - KIND_SIZE),
        );
    }
  }
}
