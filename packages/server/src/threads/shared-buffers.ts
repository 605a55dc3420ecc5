import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import { sizeClassBytes, sizeClassOf } from "../memory/size-class.ts";

/** A buffer that both threads see, under one number. */
export interface SharedBuffer {
  readonly index: number;
  readonly bytes: Buffer;
  readonly sizeClass: number;
}

/** How a new buffer is made known to the other side. */
interface Introduction {
  readonly index: number;
  readonly memory: SharedArrayBuffer;
}

/** What a pool works with. */
export interface SharedBufferPoolOptions {
  /** Where new buffers are announced: the other end is the `SharedBufferTable`'s. */
  readonly port: MessagePort;
  /** Bytes kept for reuse. */
  readonly idleBytesMax: number;
  /** Tells the other side, in order with all records, that a buffer will not be used again. */
  readonly forget: (index: number) => void;
}

/**
 * Buffers that this side fills and the other side reads where they are. They are announced once and then known by their
 * index, which travels in records.
 *
 * Ownership: a buffer is its taker's until it comes back by `give`, here or by a RELEASE record of the other side.
 */
export class SharedBufferPool {
  readonly #options: SharedBufferPoolOptions;
  /** By size class; the one that came back last, whose pages are the warmest, is at the end. */
  readonly #idle: SharedBuffer[][] = [];
  readonly #byIndex = new Map<number, SharedBuffer>();
  readonly #byMemory = new WeakMap<ArrayBufferLike, SharedBuffer>();
  #idleBytes = 0;
  #leasedCount = 0;
  #nextIndex = 0;

  constructor(options: SharedBufferPoolOptions) {
    this.#options = options;
  }

  /** Buffers that have not come back. */
  get leasedCount(): number {
    return this.#leasedCount;
  }

  /**
   * A buffer of at least `size` bytes, with whatever it held before.
   *
   * @throws {RangeError} if there is no such memory
   */
  take(size: number): SharedBuffer {
    const sizeClass = sizeClassOf(size);
    const buffer = this.#idle[sizeClass]?.pop();
    this.#leasedCount++;
    if (buffer !== undefined) {
      this.#idleBytes -= buffer.bytes.byteLength;
      return buffer;
    }
    return this.#create(sizeClass);
  }

  /** The buffer that a view lies in, if it is one of this pool. */
  bufferOf(view: Uint8Array): SharedBuffer | undefined {
    return this.#byMemory.get(view.buffer);
  }

  /** A buffer that has not been forgotten, by its index. */
  bufferAt(index: number): SharedBuffer {
    const buffer = this.#byIndex.get(index);
    assert(buffer !== undefined, "a buffer is asked for while it is the pool's");
    return buffer;
  }

  /** Takes a buffer back that nobody reads any more. */
  give(index: number): void {
    const buffer = this.#byIndex.get(index);
    assert(buffer !== undefined, "a buffer that comes back is the pool's");
    assert(this.#leasedCount > 0, "a buffer comes back once");
    this.#leasedCount--;
    const { bytes, sizeClass } = buffer;
    if (this.#idleBytes + bytes.byteLength > this.#options.idleBytesMax) {
      this.#byIndex.delete(index);
      this.#options.forget(index);
      return;
    }
    this.#idleBytes += bytes.byteLength;
    const idle = this.#idle[sizeClass] ?? [];
    this.#idle[sizeClass] = idle;
    idle.push(buffer);
  }

  #create(sizeClass: number): SharedBuffer {
    const memory = new SharedArrayBuffer(sizeClassBytes(sizeClass));
    const buffer = { index: this.#nextIndex++, bytes: Buffer.from(memory), sizeClass };
    this.#byIndex.set(buffer.index, buffer);
    this.#byMemory.set(memory, buffer);
    const introduction: Introduction = { index: buffer.index, memory };
    this.#options.port.postMessage(introduction);
    return buffer;
  }
}

/** The buffers of the other side's pool. */
export class SharedBufferTable {
  readonly #port: MessagePort;
  readonly #buffers = new Map<number, Buffer>();

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** A buffer by the index that a record named: it has been announced before. */
  get(index: number): Buffer {
    for (;;) {
      const buffer = this.#buffers.get(index);
      if (buffer !== undefined) {
        return buffer;
      }
      const received = receiveMessageOnPort(this.#port);
      assert(received !== undefined, "a buffer is announced before it is named");
      const introduction = received.message as Introduction; // what the pool posts
      this.#buffers.set(introduction.index, Buffer.from(introduction.memory));
    }
  }

  /** The other side will not name the buffer again. */
  forget(index: number): void {
    this.#buffers.delete(index);
  }
}
