import type { InferenceRequest, ResponseSender } from "../api/inference-request.ts";
import type { InferenceResponse } from "../api/inference-response.ts";
import { TritonError } from "../api/model-error.ts";
import { Tensor } from "../api/tensor.ts";
import { ANSWERS_AHEAD_MAX } from "../wire/records.ts";
import type { WireRequest } from "../wire/request-codec.ts";

/** Told what a model does with a request. */
export interface ServedRequestOwner {
  readonly isDecoupled: boolean;
  /** `answer` null: an end without an answer. */
  onAnswer(
    request: ServedRequest,
    answer: InferenceResponse | TritonError | null,
    isFinal: boolean,
  ): void;
}

const RESOLVED: Promise<void> = Promise.resolve();
const NO_PARAMETERS: ReadonlyMap<string, string> = new Map();

/** A request as its model sees it, and its sender. */
export class ServedRequest implements InferenceRequest, ResponseSender {
  readonly batch: number;
  readonly index: number;
  readonly inputs: readonly Tensor[];
  readonly requestedOutputs: readonly string[];
  readonly #wire: WireRequest;
  readonly #owner: ServedRequestOwner;
  #abort: AbortController | null = null;
  #isCancelled = false;
  #sentCount = 0;
  /** How many of its answers the client has had room for, as far as is known. */
  #takenCount = 0;
  #resume: PromiseWithResolvers<void> | null = null;
  /** Whether it has been answered. */
  hasAnswer = false;
  /** Whether its last answer has been given. */
  hasEnded = false;
  isRescheduled = false;

  constructor(
    owner: ServedRequestOwner,
    wire: WireRequest,
    place: {
      readonly batch: number;
      readonly index: number;
      readonly allOutputs: readonly string[];
    },
  ) {
    this.#owner = owner;
    this.#wire = wire;
    this.batch = place.batch;
    this.index = place.index;
    this.inputs = wire.inputs.map(
      ({ name, datatype, shape, bytes }) => new Tensor(name, datatype, shape, bytes),
    );
    this.requestedOutputs = wire.requestedOutputs ?? place.allOutputs;
  }

  get id(): string {
    return this.#wire.id;
  }

  get correlationId(): bigint | string {
    return this.#wire.correlationId;
  }

  get isSequenceStart(): boolean {
    return this.#wire.isSequenceStart;
  }

  get isSequenceEnd(): boolean {
    return this.#wire.isSequenceEnd;
  }

  get priority(): number {
    return this.#wire.priority;
  }

  get timeoutUs(): number {
    return this.#wire.timeoutUs;
  }

  get batchSize(): number {
    return this.#wire.batchSize;
  }

  get parameters(): ReadonlyMap<string, string | number | bigint | boolean> {
    return this.#wire.parameters ?? NO_PARAMETERS;
  }

  get sender(): ResponseSender {
    return this;
  }

  /** Made when it is first asked for: most models never do. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#isCancelled) {
        this.#abort.abort(cancelled());
      }
    }
    return this.#abort.signal;
  }

  hasInput(name: string): boolean {
    return this.inputs.some((input) => input.name === name);
  }

  input(name: string): Tensor {
    const input = this.inputs.find((one) => one.name === name);
    if (input === undefined) {
      throw new TritonError(`the request has no input '${name}'`, "INVALID_ARG");
    }
    return input;
  }

  reschedule(): void {
    this.#checkOpen();
    this.isRescheduled = true;
  }

  send(
    response: InferenceResponse | TritonError,
    options: { readonly isFinal?: boolean } = {},
  ): Promise<void> {
    if (response === null || typeof response !== "object") {
      throw new TritonError(
        "Inference Response object must be provided when the response flags is set to zero.",
      );
    }
    this.#checkOpen();
    if (!this.#owner.isDecoupled && this.hasAnswer) {
      throw new TritonError(
        "Unable to send response. Non-decoupled model cannot send more than one response.",
      );
    }
    this.#owner.onAnswer(this, response, options.isFinal === true);
    this.hasAnswer = true;
    this.hasEnded = options.isFinal === true;
    this.#sentCount++;
    return this.#room();
  }

  /** Its client has had room for so many answers. */
  taken(count: number): void {
    this.#takenCount = count;
    this.#resume?.resolve();
    this.#resume = null;
  }

  /** Resolves when another answer will not pile up, or nobody waits for one. */
  #room(): Promise<void> {
    const isAhead = this.#sentCount - this.#takenCount >= ANSWERS_AHEAD_MAX;
    if (!isAhead || this.hasEnded || this.#isCancelled) {
      return RESOLVED;
    }
    this.#resume ??= Promise.withResolvers<void>();
    return this.#resume.promise;
  }

  end(): void {
    this.#checkOpen();
    if (!this.#owner.isDecoupled && !this.hasAnswer) {
      throw new TritonError(
        "Unable to send response. Non-decoupled model cannot send complete final before sending a response.",
      );
    }
    this.hasEnded = true;
    this.#resume?.resolve();
    this.#owner.onAnswer(this, null, true);
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Its client has gone. */
  cancel(): void {
    this.#isCancelled = true;
    this.#resume?.resolve();
    this.#abort?.abort(cancelled());
  }

  #checkOpen(): void {
    if (this.hasEnded) {
      throw new TritonError("Unable to send response. Response sender has been closed.");
    }
  }
}

/** What a request is told whose client has gone. */
export function cancelled(): TritonError {
  return new TritonError("the request has been cancelled", "CANCELLED");
}
