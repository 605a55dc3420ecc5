import { formatShape, isSameShape, StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { Instance, InstancePlacement } from "../../model/backend.ts";
import type { Batch } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { InferenceResponse } from "../../model/response.ts";
import { Tensor } from "../../model/tensor.ts";
import type { AnswerPacer } from "../answer-pacer.ts";
import { PacedRequests, type PacedRequestsOptions } from "../paced-requests.ts";

/** What a request asks for. */
interface RepeatOrder {
  readonly values: Int32Array;
  /** Before each of the values. */
  readonly delaysMs: Uint32Array;
  /** Until the instance may take the next request, whether or not all answers have been given. */
  readonly waitMs: number;
}

/** Gives the elements of IN back one by one, the i-th DELAY[i] milliseconds after the one before it. */
export class RepeatInstance implements Instance {
  readonly placement: InstancePlacement;
  readonly #options: PacedRequestsOptions;
  readonly #requests: PacedRequests;

  constructor(placement: InstancePlacement, options: PacedRequestsOptions) {
    this.placement = placement;
    this.#options = options;
    this.#requests = new PacedRequests(options);
  }

  execute(batch: Batch): void {
    const [request] = batch.requests;
    assert(request !== undefined && batch.requests.length === 1, "a repeat model does not batch");
    const order = readOrder(request);
    if (order instanceof TritonError) {
      this.#complete(batch, InferenceResponse.failed(order));
      return;
    }
    const { waitMs } = order;
    this.#requests.start(batch, 0, (pacer) => answer(batch, request, order, pacer));
    if (waitMs === 0) {
      this.#complete(batch, null);
      return;
    }
    const alarm = this.#options.alarmClock.createAlarm(() => {
      alarm.close();
      this.#complete(batch, null);
    });
    alarm.set(this.#options.clock.nowNs() + waitMs * 1e6, false);
  }

  cancel(batch: Batch): void {
    this.#requests.cancel(batch);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** The whole time is the model's, as in Triton's backend. */
  #complete(batch: Batch, outcome: InferenceResponse | null): void {
    batch.computeInputEndNs = batch.computeStartNs;
    batch.computeOutputStartNs = this.#options.clock.nowNs();
    batch.computeEndNs = batch.computeOutputStartNs;
    batch.complete([outcome]);
  }
}

/** Never rejects. */
async function answer(
  batch: Batch,
  request: InferenceRequest,
  { values, delaysMs }: RepeatOrder,
  pacer: AnswerPacer,
): Promise<void> {
  for (const [index, value] of values.entries()) {
    await pacer.pauseMs(delaysMs[index] ?? 0);
    await pacer.room();
    if (request.isCancelled) {
      batch.respond(0, InferenceResponse.failed(new TritonError(StatusCode.Cancelled, "")), true);
      return;
    }
    const out = new Tensor("OUT", "INT32", [1], new Uint8Array(Int32Array.of(value).buffer), null);
    const idx = new Tensor(
      "IDX",
      "UINT32",
      [1],
      new Uint8Array(Uint32Array.of(index).buffer),
      null,
    );
    batch.respond(0, InferenceResponse.ok([out, idx]), false);
  }
  batch.respond(0, null, true);
}

/** Copies what is needed: the request's memory belongs to others once its answers come. */
function readOrder(request: InferenceRequest): RepeatOrder | TritonError {
  const byName = new Map(request.inputs.map((input) => [input.name, input]));
  const input = byName.get("IN");
  const delay = byName.get("DELAY");
  const wait = byName.get("WAIT");
  assert(input !== undefined && delay !== undefined && wait !== undefined, "inputs are required");
  if (!isSameShape(input.shape, delay.shape)) {
    return new TritonError(
      StatusCode.InvalidArg,
      `expected IN and DELAY shape to match, got ${formatShape(input.shape)} and ${formatShape(delay.shape)}`,
    );
  }
  return {
    values: new Int32Array(new Uint8Array(input.bytes).buffer),
    delaysMs: new Uint32Array(new Uint8Array(delay.bytes).buffer),
    waitMs: new Uint32Array(new Uint8Array(wait.bytes).buffer)[0] ?? 0,
  };
}
