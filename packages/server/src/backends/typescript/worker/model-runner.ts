import type { InferenceResponse } from "../api/inference-response.ts";
import type { Model } from "../api/model.ts";
import { TritonError } from "../api/model-error.ts";
import type { ContentReader } from "../wire/content-reader.ts";
import { type WireOutcome, writeOutcome } from "../wire/outcome-codec.ts";
import { WorkerRecord } from "../wire/records.ts";
import { readRequest } from "../wire/request-codec.ts";
import type { ThreadLink } from "../wire/thread-link.ts";
import type { OutputRules } from "./check-outputs.ts";
import { errorStack, errorText, typeName } from "./error-text.ts";
import { ServedRequest, type ServedRequestOwner } from "./served-request.ts";
import { failedOutcome, outcomeOf } from "./wire-outcome.ts";
import type { WorkerBuffers } from "./worker-buffers.ts";

/** What a runner works with. */
export interface ModelRunnerOptions {
  readonly model: Model;
  readonly rules: OutputRules;
  readonly instanceName: string;
  readonly isDecoupled: boolean;
  readonly link: () => ThreadLink;
  readonly buffers: WorkerBuffers;
  readonly logError: (text: string) => void;
}

/** Runs a model's batches and sends what becomes of them. */
export class ModelRunner implements ServedRequestOwner {
  readonly isDecoupled: boolean;
  readonly #options: ModelRunnerOptions;
  readonly #allOutputs: readonly string[];
  /** Requests that have not had their last answer, by batch. */
  readonly #open = new Map<number, Set<ServedRequest>>();

  constructor(options: ModelRunnerOptions) {
    this.#options = options;
    this.isDecoupled = options.isDecoupled;
    this.#allOutputs = [...options.rules.outputs.keys()];
  }

  /** Whether every request has had its last answer. */
  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  onExecute(reader: ContentReader): void {
    const batch = reader.u32();
    const count = reader.u32();
    const requests: ServedRequest[] = [];
    for (let index = 0; index < count; index++) {
      const wire = readRequest(reader, this.#options.buffers);
      requests.push(new ServedRequest(this, wire, { batch, index, allOutputs: this.#allOutputs }));
    }
    this.#open.set(batch, new Set(requests));
    this.#execute(batch, requests);
  }

  onCancel(reader: ContentReader): void {
    const requests = this.#open.get(reader.u32());
    const index = reader.u32();
    for (const request of requests ?? []) {
      if (request.index === index) {
        request.cancel();
      }
    }
  }

  onAnswer(
    request: ServedRequest,
    answer: InferenceResponse | TritonError | null,
    isFinal: boolean,
  ): void {
    const outcome: WireOutcome =
      answer === null ? { kind: "none" } : outcomeOf(this.#options.rules, answer, request);
    this.#respond(request, outcome, isFinal);
  }

  #execute(batch: number, requests: readonly ServedRequest[]): void {
    let result: unknown;
    try {
      result = this.#options.model.execute(requests);
    } catch (error) {
      this.#fail(batch, requests, error);
      return;
    }
    if (!(result instanceof Promise)) {
      this.#complete(batch, requests, result);
    } else if (this.isDecoupled) {
      this.#runInBackground(batch, requests, result);
    } else {
      result.then(
        (value: unknown) => this.#complete(batch, requests, value),
        (error: unknown) => this.#fail(batch, requests, error),
      );
    }
  }

  /** A decoupled model takes its next batch while it still answers this one. */
  #runInBackground(
    batch: number,
    requests: readonly ServedRequest[],
    running: Promise<unknown>,
  ): void {
    running.then(
      (value) => {
        if (value !== undefined && value !== null) {
          this.#failOpen(batch, requests, new TritonError(this.#decoupledReturn()));
        }
      },
      (error: unknown) => this.#failOpen(batch, requests, error),
    );
    this.#sendComplete(
      batch,
      requests.map((request) => this.#waiting(request)),
    );
  }

  #complete(batch: number, requests: readonly ServedRequest[], result: unknown): void {
    try {
      const outcomes = this.isDecoupled
        ? this.#decoupledOutcomes(requests, result)
        : this.#outcomes(requests, result);
      this.#sendComplete(batch, outcomes);
    } catch (error) {
      this.#fail(batch, requests, error);
    }
  }

  #decoupledReturn(): string {
    const { modelName } = this.#options.rules;
    return `TypeScript model '${modelName}' is using the decoupled mode and the execute function must return undefined.`;
  }

  #decoupledOutcomes(requests: readonly ServedRequest[], result: unknown): WireOutcome[] {
    if (result !== undefined && result !== null) {
      throw new TritonError(this.#decoupledReturn());
    }
    return requests.map((request) => this.#waiting(request));
  }

  #outcomes(requests: readonly ServedRequest[], result: unknown): WireOutcome[] {
    if (!Array.isArray(result)) {
      throw new TritonError(
        `Expected an array in the execute return, found type '${typeName(result)}'.`,
      );
    }
    if (result.length !== requests.length) {
      throw new TritonError(
        "Number of InferenceResponse objects do not match the number of InferenceRequest objects. " +
          `InferenceRequest(s) size is:${requests.length}, and InferenceResponse(s) size is:${result.length}\n`,
      );
    }
    return requests.map((request, index): WireOutcome => {
      const answer: unknown = result[index];
      if (answer === null || answer === undefined || request.hasAnswer) {
        return this.#waiting(request);
      }
      if (request.isRescheduled) {
        throw new TritonError(
          "Expected a null value in the execute function return list for rescheduled request, found type " +
            `'${typeName(answer)}'.`,
        );
      }
      return this.#checked(request, answer);
    });
  }

  /** One request's answer; what is wrong with it fails that request alone. */
  #checked(request: ServedRequest, answer: unknown): WireOutcome {
    this.#end(request);
    try {
      return outcomeOf(this.#options.rules, answer, request);
    } catch (error) {
      return failedOutcome(error, this.#prefix());
    }
  }

  #waiting(request: ServedRequest): WireOutcome {
    if (request.isRescheduled && !request.hasEnded) {
      this.#end(request);
      return { kind: "rescheduled" };
    }
    return { kind: "none" };
  }

  #prefix(): string {
    return `Failed to process the request(s) for model '${this.#options.instanceName}', message: `;
  }

  /** Fails every request of a batch that has not been answered. */
  #fail(batch: number, requests: readonly ServedRequest[], error: unknown): void {
    this.#options.logError(`${this.#prefix()}${errorStack(error)}`);
    const outcome = failedOutcome(error, this.#prefix());
    this.#sendComplete(
      batch,
      requests.map((request): WireOutcome => {
        if (request.hasEnded) {
          return { kind: "none" };
        }
        this.#end(request);
        return outcome;
      }),
    );
  }

  /** Fails what a batch, which has been completed, still leaves open. */
  #failOpen(batch: number, requests: readonly ServedRequest[], error: unknown): void {
    this.#options.logError(`${this.#prefix()}${errorStack(error)}`);
    for (const request of requests) {
      if (!request.hasEnded && this.#open.get(batch)?.has(request) === true) {
        request.hasEnded = true;
        this.#respond(
          request,
          failedOutcome(new TritonError(errorText(error)), this.#prefix()),
          true,
        );
      }
    }
  }

  #sendComplete(batch: number, outcomes: readonly WireOutcome[]): void {
    const writer = this.#options.link().begin();
    writer.u32(batch);
    for (const outcome of outcomes) {
      writeOutcome(writer, outcome, this.#options.buffers);
    }
    this.#options.link().send(WorkerRecord.Complete);
  }

  #respond(request: ServedRequest, outcome: WireOutcome, isFinal: boolean): void {
    // A model that is not decoupled has said all with its one answer.
    const isLast = isFinal || !this.isDecoupled;
    if (!this.isDecoupled && outcome.kind === "none") {
      return;
    }
    const writer = this.#options.link().begin();
    writer.u32(request.batch);
    writer.u32(request.index);
    writer.u8(isLast ? 1 : 0);
    writeOutcome(writer, outcome, this.#options.buffers);
    this.#options.link().send(WorkerRecord.Respond);
    if (isLast) {
      this.#forget(request);
    }
  }

  #end(request: ServedRequest): void {
    request.hasEnded = true;
    this.#forget(request);
  }

  #forget(request: ServedRequest): void {
    const requests = this.#open.get(request.batch);
    requests?.delete(request);
    if (requests?.size === 0) {
      this.#open.delete(request.batch);
    }
  }
}
