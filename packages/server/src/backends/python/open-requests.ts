import { assert } from "../../base/assert.ts";
import type { Batch } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { WireRequest } from "./encode-execute.ts";

/** A request that the stub has, until its last answer. */
export class OpenRequest implements WireRequest {
  readonly batch: Batch;
  readonly index: number;
  readonly request: InferenceRequest;
  readonly handle: number;
  readonly cancelOffset: number;
  /** The answer of a model that is not decoupled, until its sender has said that it is the last. */
  held: InferenceResponse | null = null;
  /** Whether it has been answered for the last time although the model has not ended it: what the model still sends goes nowhere. */
  isGivenUp = false;

  constructor(batch: Batch, index: number, ids: { handle: number; cancelOffset: number }) {
    const request = batch.requests[index];
    assert(request !== undefined, "a request of the batch");
    this.batch = batch;
    this.index = index;
    this.request = request;
    this.handle = ids.handle;
    this.cancelOffset = ids.cancelOffset;
  }
}

/** The requests that a stub has, by the handles that it knows them by. */
export class OpenRequests {
  readonly #requests = new Map<number, OpenRequest>();
  #lastHandle = 0;

  get count(): number {
    return this.#requests.size;
  }

  /** Gives every request of a batch a handle. */
  open(batch: Batch, takeCancelOffset: () => number): readonly OpenRequest[] {
    const opened: OpenRequest[] = [];
    for (let index = 0; index < batch.requests.length; index++) {
      const handle = this.#freeHandle();
      const request = new OpenRequest(batch, index, { handle, cancelOffset: takeCancelOffset() });
      this.#requests.set(handle, request);
      opened.push(request);
    }
    return opened;
  }

  /** undefined for a request that has ended. */
  get(handle: number): OpenRequest | undefined {
    return this.#requests.get(handle);
  }

  /** Whether the request has not ended. */
  has(request: OpenRequest): boolean {
    return this.#requests.has(request.handle);
  }

  /** The request has ended. */
  close(request: OpenRequest): void {
    this.#requests.delete(request.handle);
  }

  /** All, in the order in which they were opened. */
  all(): readonly OpenRequest[] {
    return [...this.#requests.values()];
  }

  #freeHandle(): number {
    do {
      this.#lastHandle = (this.#lastHandle % 0xffff_ffff) + 1;
    } while (this.#requests.has(this.#lastHandle));
    return this.#lastHandle;
  }
}
