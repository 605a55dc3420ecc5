import type { InferenceResponse } from "./inference-response.ts";
import type { TritonError } from "./model-error.ts";
import type { Tensor } from "./tensor.ts";

/** Answers one request, from `execute` or later, in any order among the requests. */
export interface ResponseSender {
  /**
   * Sends one answer, at once. `isFinal` ends the request, whose inputs are then no longer valid.
   *
   * @returns resolves when the client has room for the next answer, or has gone: a model with many answers awaits it, so that
   *   they do not pile up in the server, which gives a request up whose answers do
   * @throws {TritonError} after the final answer; for a model that is not decoupled, at a second one
   */
  send(
    response: InferenceResponse | TritonError,
    options?: { readonly isFinal?: boolean },
  ): Promise<void>;
  /** Ends the request without a further answer; also when the client has gone. @throws {TritonError} after the final answer */
  end(): void;
}

/** One request of a batch. */
export interface InferenceRequest {
  /** The client's request id; empty if it gave none. */
  readonly id: string;
  /** 0n or "" outside a sequence. */
  readonly correlationId: bigint | string;
  readonly isSequenceStart: boolean;
  readonly isSequenceEnd: boolean;
  /** 1 is the highest; 0 the model's default. */
  readonly priority: number;
  /** Microseconds that the client is ready to wait in the queue; 0 for the model's policy. */
  readonly timeoutUs: number;
  /** Rows: the first dimension of a model that batches, otherwise 1. */
  readonly batchSize: number;
  readonly parameters: ReadonlyMap<string, string | number | bigint | boolean>;
  readonly inputs: readonly Tensor[];
  /** Names of the outputs that the client wants. */
  readonly requestedOutputs: readonly string[];
  /** @throws {TritonError} InvalidArg if the request has no such input */
  input(name: string): Tensor;
  /** Whether the request has this input: optional ones may be missing. */
  hasInput(name: string): boolean;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  readonly sender: ResponseSender;
  /**
   * Gives the request back to the scheduler when `execute` returns: iterative sequences. A model that is not decoupled
   * returns null in its place.
   */
  reschedule(): void;
}
