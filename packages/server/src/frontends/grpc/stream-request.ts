import type { DecodedGrpcInferRequest, DecodedInferRequest } from "@nereid/protocol";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceRequest, ResponseSender } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { HeldMessage, Http2WriteReceipt } from "./http2/http2-stream.ts";
import type { StreamMemory } from "./stream-memory.ts";

/** The real server's default, which is no bound. */
const UNCOUNTED = 2 ** 31 - 1;

/** Takes the answers to the requests of one stream. */
export interface StreamRequestOwner {
  receive(entry: StreamRequest, response: InferenceResponse | null, isFinal: boolean): void;
}

/**
 * One request of a stream. The memory of its message is held until its last answer has been written: outputs may be views
 * of inputs.
 */
export class StreamRequest implements ResponseSender {
  /** As the client gave them: errors name the request by them. */
  readonly id: string;
  readonly modelName: string;
  readonly modelVersion: string;
  /** Bytes of its message. */
  readonly byteSize: number;
  isDecoupled = false;
  decoded: DecodedInferRequest | null = null;
  model: ModelSpec | null = null;
  /** Set while the engine has it. */
  request: InferenceRequest | null = null;
  /** The outcome while it waits for earlier ones: the only answer, or the error message that is sent instead. */
  response: InferenceResponse | null = null;
  errorMessage: Uint8Array | null = null;
  isSettled = false;
  /** Whether more has been written on its stream than the client has taken. */
  #isStreamFull = false;
  /** Its answers that the client has not taken. */
  #unreadCount = 0;
  readonly #owner: StreamRequestOwner;
  readonly #memory: StreamMemory;
  readonly #unreadCountMax: number;
  #held: HeldMessage | null;
  /** The request itself, and each answer that the wire still reads. */
  #userCount = 1;

  /** @param unreadCountMax answers that may wait for the client before the model is asked to wait, too */
  constructor(
    owner: StreamRequestOwner,
    message: DecodedGrpcInferRequest,
    held: HeldMessage,
    memory: StreamMemory,
    unreadCountMax: number,
  ) {
    this.id = message.id;
    this.modelName = message.modelName;
    this.modelVersion = message.modelVersion;
    this.byteSize = held.bytes.byteLength;
    this.#owner = owner;
    this.#held = held;
    this.#memory = memory;
    this.#unreadCountMax = unreadCountMax;
    memory.take(this.byteSize);
  }

  send(_request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    if (isFinal) {
      this.request = null;
    }
    this.#owner.receive(this, response, isFinal);
  }

  /** Whether the answers that wait for the client have a bound of their own, and so are counted. */
  get isCounted(): boolean {
    return this.#unreadCountMax < UNCOUNTED;
  }

  /** An answer that the wire reads, until the receipt. */
  addReader(response: InferenceResponse): Http2WriteReceipt {
    this.#userCount++;
    this.#unreadCount++;
    this.#tellModel();
    return new ReadResponse(this, response);
  }

  /** The wire has read an answer. */
  removeReader(): void {
    this.#unreadCount--;
    this.#tellModel();
    this.release();
  }

  /** The stream has become full, or has room again. */
  setStreamFull(isFull: boolean): void {
    this.#isStreamFull = isFull;
    this.#tellModel();
  }

  /** Lets a model that answers many times wait for a client that does not read. */
  #tellModel(): void {
    if (this.isDecoupled && this.request !== null) {
      const isCongested = this.#isStreamFull || this.#unreadCount >= this.#unreadCountMax;
      if (isCongested !== this.request.isCongested) {
        this.request.setCongested(isCongested);
      }
    }
  }

  /** The request, or one of its readers, is done with the message. */
  release(): void {
    this.#userCount--;
    if (this.#userCount === 0) {
      this.#held?.release();
      this.#held = null;
      this.#memory.give(this.byteSize);
    }
  }
}

class ReadResponse implements Http2WriteReceipt {
  readonly #entry: StreamRequest;
  readonly #response: InferenceResponse;

  constructor(entry: StreamRequest, response: InferenceResponse) {
    this.#entry = entry;
    this.#response = response;
  }

  onWritten(): void {
    this.#response.release();
    this.#entry.removeReader();
  }
}
