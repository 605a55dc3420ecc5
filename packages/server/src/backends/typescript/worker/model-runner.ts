import type { Clock } from "../../../base/clock.ts";
import { RingQueue } from "../../../base/ring-queue.ts";
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
import { cancelled, ServedRequest, type ServedRequestOwner } from "./served-request.ts";
import { type UnansweredRequest, UnansweredRequests } from "./unanswered-requests.ts";
import { failedOutcome, outcomeOf } from "./wire-outcome.ts";
import type { WorkerBuffers } from "./worker-buffers.ts";

/** What a runner works with. */
export interface ModelRunnerOptions {
  readonly model: Model;
  readonly rules: OutputRules;
  readonly instanceName: string;
  readonly isDecoupled: boolean;
  readonly link: () => ThreadLink;
  readonly clock: Pick<Clock, "nowNs" | "setTimer">;
  /** Collects the thread's garbage. */
  readonly collectGarbage: () => Promise<void>;
  /** Where the number of the batch that began last is noted. */
  readonly begun: Int32Array;
  readonly buffers: WorkerBuffers;
  readonly logError: (text: string) => void;
}

/** Batches that wait here: never reached, the server sends few ahead. */
const WAITING_BATCH_COUNT_MAX = 1024;

/** A batch that has not begun. */
interface WaitingBatch {
  readonly number: number;
  readonly requests: readonly ServedRequest[];
}

/** A batch that took longer is told of at once; the answers of shorter ones wait for each other, so that they wake the server once. */
const QUIET_RUN_NS_MAX = 20_000;
/** How long an answer waits for others at most, but for the run that comes between. */
const QUIET_NS_MAX = 50_000;

/**
 * Runs a model's batches, one after the other in the order in which they came, and sends what becomes of them.
 *
 * Invariant: the next batch begins when what `execute` has returned for the one before has been settled.
 */
export class ModelRunner implements ServedRequestOwner {
  readonly isDecoupled: boolean;
  readonly #options: ModelRunnerOptions;
  readonly #allOutputs: readonly string[];
  /** Requests that have not had their last answer, by batch; but for those in `#unanswered`. */
  readonly #open = new Map<number, Set<ServedRequest>>();
  /** Those of them that `execute` has left to be answered later, by a model that is not decoupled. */
  readonly #unanswered: UnansweredRequests<ServedRequest>;
  readonly #line = new RingQueue<WaitingBatch>(WAITING_BATCH_COUNT_MAX);
  /** Whether a promise of `execute` is waited for. */
  #isPending = false;
  #beganNs = 0;
  /** When the first answer was given that the server has not been woken for; 0 if there is none. */
  #quietSinceNs = 0;

  constructor(options: ModelRunnerOptions) {
    this.#options = options;
    this.isDecoupled = options.isDecoupled;
    this.#allOutputs = [...options.rules.outputs.keys()];
    const { clock, collectGarbage } = options;
    this.#unanswered = new UnansweredRequests({
      clock,
      collectGarbage,
      onLost: (place) => this.#answerLost(place),
    });
  }

  /** Whether every request has had its last answer. */
  get isIdle(): boolean {
    return this.#open.size === 0 && this.#line.size === 0 && this.#unanswered.isEmpty;
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
    this.#line.push({ number: batch, requests });
  }

  /** Begins the next batch, if none is pending. Returns whether another one may begin now. */
  beginNext(): boolean {
    if (this.#isPending) {
      return false;
    }
    const batch = this.#line.shift();
    if (batch === undefined) {
      return false;
    }
    const { number, requests } = batch;
    this.#beganNs = this.#options.clock.nowNs();
    if (requests.every(({ isCancelled }) => isCancelled)) {
      this.#answerCancelled(number, requests);
    } else {
      Atomics.store(this.#options.begun, 0, number);
      this.#execute(number, requests);
    }
    return !this.#isPending && this.#line.size > 0;
  }

  /** Its clients have gone before it began: the model does not hear of it. */
  #answerCancelled(batch: number, requests: readonly ServedRequest[]): void {
    const outcome = failedOutcome(cancelled());
    for (const request of requests) {
      this.#end(request);
    }
    this.#sendComplete(
      batch,
      requests.map(() => outcome),
    );
  }

  onCancel(reader: ContentReader): void {
    this.#find(reader)?.cancel();
  }

  onTaken(reader: ContentReader): void {
    this.#find(reader)?.taken(reader.u32());
  }

  #find(reader: ContentReader): ServedRequest | undefined {
    const batch = reader.u32();
    const index = reader.u32();
    for (const request of this.#open.get(batch) ?? []) {
      if (request.index === index) {
        return request;
      }
    }
    return this.#unanswered.find({ batch, index });
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
      this.#isPending = true;
      result.then(
        (value: unknown) => {
          this.#isPending = false;
          this.#complete(batch, requests, value);
          this.#options.link().poll();
        },
        (error: unknown) => {
          this.#isPending = false;
          this.#fail(batch, requests, error);
          this.#options.link().poll();
        },
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
    if (!this.isDecoupled && !request.hasAnswer) {
      this.#forget(request);
      this.#unanswered.add(request);
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
    const nowNs = this.#options.clock.nowNs();
    try {
      this.#writeComplete(batch, outcomes, nowNs);
    } catch (error) {
      // No memory for an output, or memory that is not the model's any more.
      this.#options.logError(`${this.#prefix()}${errorStack(error)}`);
      const failed = failedOutcome(error, this.#prefix());
      const told = outcomes.map((outcome) => (outcome.kind === "answered" ? failed : outcome));
      this.#writeComplete(batch, told, nowNs);
    }
    this.#options.link().sendQuietly(WorkerRecord.Complete);
    this.#ringUnlessMoreComes(nowNs);
  }

  #writeComplete(batch: number, outcomes: readonly WireOutcome[], nowNs: number): void {
    const { buffers } = this.#options;
    buffers.write(() => {
      const writer = this.#options.link().begin();
      writer.u32(batch);
      writer.f64(this.#beganNs);
      writer.f64(nowNs);
      for (const outcome of outcomes) {
        writeOutcome(writer, outcome, buffers);
      }
    });
  }

  #ringUnlessMoreComes(nowNs: number): void {
    if (this.#quietSinceNs === 0) {
      this.#quietSinceNs = nowNs;
    }
    const isQuick = nowNs - this.#beganNs <= QUIET_RUN_NS_MAX;
    const isRecent = nowNs - this.#quietSinceNs <= QUIET_NS_MAX;
    if (!isQuick || !isRecent || this.#line.size === 0) {
      this.#quietSinceNs = 0;
      this.#options.link().ring();
    }
  }

  /** The model has neither answered a request nor kept it. */
  #answerLost(place: UnansweredRequest): void {
    const { instanceName } = this.#options;
    const error = new TritonError(
      `model instance '${instanceName}' returned no response for the request and has let go of its response sender`,
    );
    this.#writeRespond(place, failedOutcome(error), true);
  }

  #respond(request: ServedRequest, outcome: WireOutcome, isFinal: boolean): void {
    // A model that is not decoupled has said all with its one answer.
    const isLast = isFinal || !this.isDecoupled;
    if (!this.isDecoupled && outcome.kind === "none") {
      return;
    }
    this.#writeRespond(request, outcome, isLast);
    if (isLast) {
      this.#forget(request);
      this.#unanswered.remove(request);
    }
  }

  #writeRespond({ batch, index }: UnansweredRequest, outcome: WireOutcome, isLast: boolean): void {
    const { buffers } = this.#options;
    const link = this.#options.link();
    buffers.write(() => {
      const writer = link.begin();
      writer.u32(batch);
      writer.u32(index);
      writer.u8(isLast ? 1 : 0);
      writeOutcome(writer, outcome, buffers);
    });
    link.send(WorkerRecord.Respond);
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
