import { StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import type { AnswerPacer } from "../answer-pacer.ts";
import { PacedRequests, type PacedRequestsOptions } from "../paced-requests.ts";
import { answerKind, type SquareSettings } from "./square-settings.ts";

/** What a request asks for: its one element, `count`, so many times, in this shape. */
interface SquareOrder {
  readonly count: number;
  readonly shape: readonly number[];
}

/** Answers with IN as often as IN says, and tells of each answer for the statistics. */
export class SquareInstance implements Instance {
  readonly placement: InstancePlacement;
  readonly #options: PacedRequestsOptions;
  readonly #settings: SquareSettings;
  readonly #requests: PacedRequests;

  constructor(
    placement: InstancePlacement,
    options: PacedRequestsOptions,
    settings: SquareSettings,
  ) {
    this.placement = placement;
    this.#options = options;
    this.#settings = settings;
    this.#requests = new PacedRequests(options);
  }

  execute(batch: Batch): void {
    const orders = batch.requests.map(readOrder);
    const { clock } = this.#options;
    batch.computeInputEndNs = clock.nowNs();
    batch.computeOutputStartNs = batch.computeInputEndNs;
    batch.computeEndNs = batch.computeInputEndNs;
    for (const [index, order] of orders.entries()) {
      if (!(order instanceof TritonError)) {
        this.#requests.start(batch, index, (pacer) => this.#answer(batch, index, order, pacer));
      }
    }
    batch.complete(
      orders.map((order) =>
        order instanceof TritonError ? InferenceResponse.failed(order) : null,
      ),
    );
  }

  cancel(batch: Batch): void {
    this.#requests.cancel(batch);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Never rejects. */
  async #answer(
    batch: Batch,
    index: number,
    order: SquareOrder,
    pacer: AnswerPacer,
  ): Promise<void> {
    const request = batch.requests[index];
    assert(request !== undefined, "an order is a request's");
    for (let number = 0; number < order.count; number++) {
      await pacer.room();
      if (!(await this.#answerOnce(batch, index, { ...order, number }, pacer))) {
        batch.respond(index, InferenceResponse.failed(cancelled()), true);
        return;
      }
    }
    batch.respond(index, null, true);
  }

  /** One answer; false if the client has gone instead. */
  async #answerOnce(
    batch: Batch,
    index: number,
    { number, count, shape }: SquareOrder & { readonly number: number },
    pacer: AnswerPacer,
  ): Promise<boolean> {
    const { clock } = this.#options;
    const settings = this.#settings;
    const startNs = clock.nowNs();
    await pacer.pause(settings.inferDelayNs);
    if (batch.requests[index]?.isCancelled === true) {
      await pacer.linger(settings.cancelDelayNs);
      batch.report(index, { startNs, outputStartNs: 0, endNs: clock.nowNs(), error: cancelled() });
      return false;
    }
    const kind = answerKind(settings, number, count);
    if (kind === "empty") {
      batch.report(index, { startNs, outputStartNs: 0, endNs: clock.nowNs(), error: null });
      return true;
    }
    const outputStartNs = clock.nowNs();
    const bytes = new Uint8Array(Int32Array.of(count).buffer);
    await pacer.pause(settings.outputDelayNs);
    const error =
      kind === "failure" ? new TritonError(StatusCode.Unknown, "simulated failure") : null;
    const response =
      error === null
        ? InferenceResponse.ok([new Tensor("OUT", "INT32", shape, bytes, null)])
        : InferenceResponse.failed(error);
    batch.report(index, { startNs, outputStartNs, endNs: clock.nowNs(), error });
    batch.respond(index, response, false);
    return true;
  }
}

function cancelled(): TritonError {
  return new TritonError(StatusCode.Cancelled, "cancelled");
}

function readOrder({ inputs }: InferenceRequest): SquareOrder | TritonError {
  const [input] = inputs;
  assert(input?.bytes.byteLength !== undefined, "the input is required");
  const { shape, bytes } = input;
  if (shape.length === 2 && shape[0] !== 1) {
    return new TritonError(StatusCode.InvalidArg, "unexpected shape for IN input");
  }
  const count = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0, true);
  if (count < 0) {
    // Triton's takes it for an unsigned number of 64 bits, and never comes to an end.
    return new TritonError(StatusCode.InvalidArg, `expected IN to be 0 or more, got ${count}`);
  }
  return { count, shape: shape.map(() => 1) };
}
