import { tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { EnsembleSpec, EnsembleStepSpec } from "../model/ensemble-spec.ts";
import type { ModelHandle } from "../model/model-host.ts";
import type { ModelSpec } from "../model/model-spec.ts";
import { InferenceRequest } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";
import { Tensor } from "../model/tensor.ts";
import { circleError, type WaitGraph } from "../model/wait-graph.ts";
import { type EnsemblePlan, planEnsemble } from "./ensemble-plan.ts";
import { EnsembleRun, type EnsembleSurroundings } from "./ensemble-run.ts";
import type { EnsembleStep } from "./ensemble-step.ts";
import { stepInput } from "./ensemble-tensors.ts";
import type { Alarm } from "./scheduler.ts";
import { STEP_WAIT_SECS_MAX, StepLimiter } from "./step-limiter.ts";

/** What an ensemble scheduler asks of its surroundings. */
export interface EnsembleActions {
  /** Counts a request that is answered next; what its steps computed is `run`'s. */
  onEnd: EnsembleSurroundings["onEnd"];
  /** Sends an answer, whose owner is the receiver; after the final one the request is gone. */
  answer: EnsembleSurroundings["answer"];
  /** Asks for `onTimer` at this clock time, in place of what was asked for before; null for not at all. */
  setTimer(alarm: Alarm | null): void;
}

/** What an ensemble scheduler is made of. */
export interface EnsembleSchedulerOptions {
  readonly spec: EnsembleSpec;
  /** The ensemble itself. */
  readonly model: ModelSpec;
  /** The models of the steps, in their order; they accept requests for as long as the scheduler has any. */
  readonly steps: readonly ModelHandle[];
  readonly actions: EnsembleActions;
  readonly waits: Pick<WaitGraph, "canBeAnswered">;
  readonly clock: Pick<Clock, "nowNs">;
  readonly log: Logger;
}

const NS_PER_US = 1000;

/**
 * Leads requests through the steps of an ensemble. It owns each from `start` until its final answer.
 *
 * A pure state machine like the other schedulers: it acts when it is called, and hands the steps' requests to their models,
 * which have schedulers of their own.
 *
 * @see Triton core src/ensemble_scheduler/ensemble_scheduler.cc
 */
export class EnsembleScheduler implements EnsembleSurroundings {
  readonly #spec: EnsembleSpec;
  readonly #model: ModelSpec;
  readonly #steps: readonly ModelHandle[];
  readonly #actions: EnsembleActions;
  readonly #waits: EnsembleSchedulerOptions["waits"];
  readonly #clock: Pick<Clock, "nowNs">;
  readonly #log: Logger;
  /** For requests that want every output. */
  readonly #fullPlan: EnsemblePlan;
  /** By step; none if nothing is limited. */
  readonly #limiters: readonly StepLimiter[];
  /** By step, those that run and whose time is limited, the first to end first. */
  readonly #timed: readonly Map<EnsembleStep, EnsembleRun>[];
  readonly #hasTimes: boolean;

  constructor(options: EnsembleSchedulerOptions) {
    this.#spec = options.spec;
    this.#model = options.model;
    this.#steps = options.steps;
    this.#actions = options.actions;
    this.#waits = options.waits;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#fullPlan = planEnsemble(options.spec, null);
    const { steps, inflightRequestsMax } = options.spec;
    this.#limiters =
      inflightRequestsMax === 0 ? [] : steps.map(() => new StepLimiter(inflightRequestsMax));
    this.#timed = steps.map(() => new Map());
    this.#hasTimes = inflightRequestsMax > 0 || steps.some(({ timeoutUs }) => timeoutUs > 0);
  }

  get isDecoupled(): boolean {
    return this.#model.isDecoupled;
  }

  /** Takes a request over that fits the ensemble. */
  start(request: InferenceRequest): void {
    const { requestedOutputs } = request;
    const isFull =
      requestedOutputs === null ||
      requestedOutputs.length === 0 ||
      requestedOutputs.length === this.#spec.outputTensors.size;
    const plan = isFull ? this.#fullPlan : planEnsemble(this.#spec, requestedOutputs);
    const run = new EnsembleRun(this, plan, request, this.#clock.nowNs());
    request.state = "executing";
    request.cancellationListener = run;
    request.steps = run.running;
    run.start(this.#spec);
  }

  /** The time asked for has come: steps that have taken too long, and those that have waited for too long. */
  onTimer(): void {
    const nowNs = this.#clock.nowNs();
    for (const timed of this.#timed) {
      for (const [step, run] of timed) {
        if (step.deadlineNs > nowNs) {
          break;
        }
        timed.delete(step);
        run.onStepTimeout(step);
      }
    }
    for (const [index, limiter] of this.#limiters.entries()) {
      const { inflightCount, inflightMax } = limiter;
      for (let count = limiter.expire(nowNs); count > 0; count--) {
        this.#log.error(
          `[Internal Error] Ensemble '${this.#spec.name}' unable to schedule step ${index} (inflight: ${inflightCount} ` +
            `>= limit: ${inflightMax}) for ${STEP_WAIT_SECS_MAX} seconds. Proceeding to avoid deadlock.`,
        );
      }
    }
    this.#setTimer();
  }

  isStepDecoupled(step: number): boolean {
    return this.#steps[step]?.spec.isDecoupled === true;
  }

  stepSpec(step: number): EnsembleStepSpec {
    const spec = this.#spec.steps[step];
    assert(spec !== undefined, "a step of the ensemble");
    return spec;
  }

  acquireTurn(step: EnsembleStep): boolean {
    const limiter = this.#limiters[step.index];
    if (limiter === undefined) {
      return true;
    }
    const hasTurn = limiter.acquire(step, () => this.#clock.nowNs());
    if (!hasTurn) {
      this.#setTimer();
    }
    return hasTurn;
  }

  runStep(run: EnsembleRun, step: EnsembleStep): void {
    const handle = this.#steps[step.index];
    assert(handle !== undefined, "a model for each step");
    const nowNs = this.#clock.nowNs();
    const request = this.#createRequest(run, step, handle.spec, nowNs);
    step.request = request;
    if (step.spec.timeoutUs > 0) {
      step.deadlineNs = nowNs + step.spec.timeoutUs * NS_PER_US;
      this.#timed[step.index]?.set(step, run);
      this.#setTimer();
    }
    try {
      if (step.spec.timeoutUs === 0 && !this.#waits.canBeAnswered(request)) {
        throw circleError(handle.spec);
      }
      handle.enqueue(request);
    } catch (reason) {
      const { message } = tritonErrorFrom(reason);
      this.#log.warning(`Ensemble '${this.#spec.name}' failed to schedule step : ${message}`);
      throw reason;
    }
  }

  onStepEnd(step: EnsembleStep): void {
    if (!this.#hasTimes) {
      return;
    }
    this.#timed[step.index]?.delete(step);
    const limiter = this.#limiters[step.index];
    if (step.isWaiting) {
      step.isWaiting = false;
      limiter?.withdraw(step);
    } else if (step.hasTurn) {
      step.hasTurn = false;
      limiter?.release();
    }
    this.#setTimer();
  }

  onDifferentParameters(run: EnsembleRun, { index, parameters }: EnsembleStep): void {
    const flags = (parameters.isSequenceStart ? 1 : 0) + (parameters.isSequenceEnd ? 2 : 0);
    this.#log.error(
      `${run.request.logPrefix}Different set of response parameters are set for '${this.stepSpec(index).modelName}'. ` +
        `Parameter correlation ID ${parameters.correlationId}, flags ${flags} is used.`,
    );
  }

  onEnd(run: EnsembleRun, error: Parameters<EnsembleActions["onEnd"]>[1]): void {
    this.#actions.onEnd(run, error);
  }

  answer(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    this.#actions.answer(request, response, isFinal);
  }

  /** What the client said of its request holds for each step. */
  #createRequest(
    run: EnsembleRun,
    step: EnsembleStep,
    model: ModelSpec,
    nowNs: number,
  ): InferenceRequest {
    const whole = run.request;
    const request = new InferenceRequest(model, step, nowNs);
    request.id = whole.id;
    request.requestedOutputs = step.spec.requestedOutputs;
    request.parameters = whole.parameters;
    request.correlationId = step.parameters.correlationId;
    request.isSequenceStart = step.parameters.isSequenceStart;
    request.isSequenceEnd = step.parameters.isSequenceEnd;
    request.priority = whole.priority;
    request.timeoutUs = whole.timeoutUs;
    request.computeTotals = run;
    const isBatching = model.batchSizeMax > 0;
    const isCopied = step.spec.timeoutUs > 0;
    for (const { name, position } of step.spec.inputs) {
      const tensor = step.tensors[position] ?? null;
      const spec = model.inputsByName.get(name);
      if (tensor !== null && spec !== undefined) {
        const input = stepInput(spec, tensor, isBatching);
        request.inputs.push(isCopied && tensor.isBorrowed ? ownedCopy(input) : input);
      }
    }
    return request;
  }

  #setTimer(): void {
    if (!this.#hasTimes) {
      return;
    }
    let atNs = Number.POSITIVE_INFINITY;
    for (const timed of this.#timed) {
      for (const step of timed.keys()) {
        atNs = Math.min(atNs, step.deadlineNs);
        break;
      }
    }
    for (const { deadlineNs } of this.#limiters) {
      atNs = Math.min(atNs, deadlineNs ?? Number.POSITIVE_INFINITY);
    }
    this.#actions.setTimer(atNs === Number.POSITIVE_INFINITY ? null : { atNs, isPrecise: false });
  }
}

/** The step may outlive the ensemble's request, whose bytes are its client's. */
function ownedCopy({ name, datatype, shape, bytes }: Tensor): Tensor {
  return new Tensor(name, datatype, shape, bytes.slice(), null);
}
