import { StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../base/assert.ts";
import type { EnsembleSpec, EnsembleStepSpec, StepDefault } from "../model/ensemble-spec.ts";
import type { CancellationListener, ComputeTotals, InferenceRequest } from "../model/request.ts";
import { InferenceResponse } from "../model/response.ts";
import { createAnswer } from "./ensemble-answer.ts";
import { EnsembleFlow } from "./ensemble-flow.ts";
import type { EnsemblePlan } from "./ensemble-plan.ts";
import { EnsembleStep, type EnsembleStepOwner } from "./ensemble-step.ts";
import {
  flowFromConstant,
  flowFromInput,
  flowFromOutput,
  parametersOfAnswer,
} from "./ensemble-tensors.ts";
import type { FlowParameters, FlowTensor } from "./flow-tensor.ts";
import { RunningSteps } from "./running-steps.ts";
import { isConditionMet } from "./step-condition.ts";

const NO_STEPS: readonly number[] = [];

/** What the requests of one ensemble share. */
export interface EnsembleSurroundings {
  readonly isDecoupled: boolean;
  /** Whether the answers of a step's model are numbered one by one. */
  isStepDecoupled(step: number): boolean;
  stepSpec(step: number): EnsembleStepSpec;
  /** Whether the step may run now; otherwise it gets its turn later. */
  acquireTurn(step: EnsembleStep): boolean;
  /**
   * Hands the step's request to its model.
   *
   * @throws {TritonError} if the model refuses it
   */
  runStep(run: EnsembleRun, step: EnsembleStep): void;
  /** A step has ended, or never ran: the turn that it has, or waits for, is free. */
  onStepEnd(step: EnsembleStep): void;
  /** A step is told of two sequences. */
  onDifferentParameters(run: EnsembleRun, step: EnsembleStep): void;
  /** The request has come to its end, and is answered next. */
  onEnd(run: EnsembleRun, error: TritonError | null): void;
  answer(request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void;
}

/** An answer of a step that waits to be looked at. */
interface StepEvent {
  readonly step: EnsembleStep;
  readonly response: InferenceResponse | null;
  readonly isFinal: boolean;
}

/**
 * One request on its way through an ensemble.
 *
 * ```
 *   start ──► ready steps ──► run ──► answers ──► tensors ──► ready steps …
 *                                                    └──► answer of the ensemble
 * ```
 * Invariants: `#inflightCount` counts the steps that are ready, wait for their turn or run; the request ends when it is 0
 * and nothing is left to look at. Nothing here is re-entrant: what a step answers while another is being started is looked
 * at afterwards, so that a long chain of quick steps needs no deep stack.
 *
 * @see Triton core src/ensemble_scheduler/ensemble_scheduler.cc, EnsembleContext
 */
export class EnsembleRun implements EnsembleStepOwner, CancellationListener, ComputeTotals {
  readonly request: InferenceRequest;
  readonly running: RunningSteps = new RunningSteps();
  readonly computeStartNs: number;
  computeInputNs = 0;
  computeInferNs = 0;
  computeOutputNs = 0;
  readonly #name: string;
  readonly #plan: EnsemblePlan;
  readonly #surroundings: EnsembleSurroundings;
  readonly #flow: EnsembleFlow;
  readonly #ready: EnsembleStep[] = [];
  readonly #events: StepEvent[] = [];
  /** Iterations whose last tensor has come, and that are to be answered. */
  readonly #complete: number[] = [];
  /** By step, how many answers of a decoupled model have been numbered; null while there are none. */
  #iterationCounts: number[] | null = null;
  #inflightCount = 0;
  #waitingCount = 0;
  #isProceeding = false;
  #isHandling = false;
  #isCongested = false;
  #hasAnswered = false;
  #hasEnded = false;
  #error: TritonError | null = null;

  constructor(
    surroundings: EnsembleSurroundings,
    plan: EnsemblePlan,
    request: InferenceRequest,
    computeStartNs: number,
  ) {
    this.#name = request.model.name;
    this.#surroundings = surroundings;
    this.#plan = plan;
    this.#flow = new EnsembleFlow(plan);
    this.request = request;
    this.computeStartNs = computeStartNs;
  }

  /** @param spec the ensemble's data flow */
  start(spec: EnsembleSpec): void {
    const { request } = this;
    this.#isProceeding = true;
    for (const input of request.inputs) {
      const index = spec.inputTensors.get(input.name);
      assert(index !== undefined, "a request that was checked has known inputs");
      this.#put(index, 0, flowFromInput(request, input), null);
    }
    for (const index of spec.optionalTensors) {
      const name = spec.tensors[index]?.name;
      if (!request.inputs.some((input) => input.name === name)) {
        this.#put(index, 0, null, null);
      }
    }
    if (request.isCancelled) {
      this.#fail(new TritonError(StatusCode.Cancelled, ""));
    } else {
      this.#answerComplete();
    }
    this.#proceed();
  }

  /** Its client has gone: nothing new is started, and what runs is told. */
  onCancel(): void {
    const isProceeding = this.#isProceeding;
    this.#isProceeding = true;
    this.#fail(new TritonError(StatusCode.Cancelled, ""));
    for (const step of this.running.list()) {
      step.request?.cancel();
    }
    if (!isProceeding) {
      this.#proceed();
    }
  }

  onStepTurn(step: EnsembleStep): void {
    step.isWaiting = false;
    step.hasTurn = true;
    this.#waitingCount--;
    this.running.remove(step);
    this.#ready.push(step);
    this.#updateCongestion();
    if (!this.#isProceeding) {
      this.#isProceeding = true;
      this.#proceed();
    }
  }

  onStepResponse(step: EnsembleStep, response: InferenceResponse | null, isFinal: boolean): void {
    if (step.isAbandoned) {
      response?.release();
      if (isFinal) {
        this.#letGo(step);
      }
      return;
    }
    if (this.#isHandling) {
      this.#events.push({ step, response, isFinal });
      return;
    }
    this.#isHandling = true;
    this.#handle(step, response, isFinal);
    for (
      let event = takeFirst(this.#events);
      event !== undefined;
      event = takeFirst(this.#events)
    ) {
      this.#handle(event.step, event.response, event.isFinal);
    }
    this.#isHandling = false;
    if (!this.#isProceeding) {
      this.#isProceeding = true;
      this.#proceed();
    }
  }

  /** A step that runs has taken longer than it may: nobody waits for it any more. */
  onStepTimeout(step: EnsembleStep): void {
    assert(step.runningIndex >= 0, "a step whose time is over runs");
    const isProceeding = this.#isProceeding;
    this.#isProceeding = true;
    const { modelName, timeoutUs } = step.spec;
    this.#fail(
      new TritonError(
        StatusCode.Unavailable,
        `step ${step.index}, model '${modelName}', has not answered within ${timeoutUs} microseconds`,
      ),
    );
    step.isAbandoned = true;
    this.running.remove(step);
    this.#inflightCount--;
    step.request?.cancel();
    if (!isProceeding) {
      this.#proceed();
    }
  }

  /** Starts what is ready, and ends the request when nothing is left. */
  #proceed(): void {
    for (let step = takeFirst(this.#ready); step !== undefined; step = takeFirst(this.#ready)) {
      this.#startStep(step);
    }
    this.#isProceeding = false;
    if (this.#inflightCount === 0 && !this.#hasEnded) {
      this.#endWithoutAnswer();
    }
  }

  #put(
    index: number,
    iteration: number,
    tensor: FlowTensor | null,
    parameters: FlowParameters | null,
  ): void {
    this.#flow.put(index, iteration, tensor, parameters);
    for (const consumer of this.#plan.consumers[index] ?? NO_STEPS) {
      const spec = this.#surroundings.stepSpec(consumer);
      if (this.#flow.isComplete(spec, iteration)) {
        this.#inflightCount++;
        this.#ready.push(this.#takeTensors(spec, consumer, iteration));
      }
    }
    if (this.#plan.isRequested[index] === true && this.#isAnswerComplete(iteration)) {
      this.#complete.push(iteration);
    }
  }

  #isAnswerComplete(iteration: number): boolean {
    for (const { tensor } of this.#plan.requested) {
      if (!this.#flow.has(tensor, iteration)) {
        return false;
      }
    }
    return true;
  }

  #takeTensors(spec: EnsembleStepSpec, index: number, iteration: number): EnsembleStep {
    const step = new EnsembleStep(this, { spec, index, iteration }, this.request);
    let given: FlowParameters | null = null;
    for (const tensor of spec.waitsFor) {
      const entry = this.#flow.take(tensor, iteration);
      step.tensors.push(entry.tensor);
      if (entry.parameters === null) {
        continue;
      }
      if (given === null) {
        given = entry.parameters;
        step.parameters = given;
      } else if (!isSame(given, entry.parameters)) {
        this.#surroundings.onDifferentParameters(this, step);
      }
    }
    return step;
  }

  #startStep(step: EnsembleStep): void {
    if (this.#error !== null) {
      this.#drop(step);
      return;
    }
    try {
      const { condition } = step.spec;
      if (
        condition !== null &&
        !isConditionMet(condition, step.tensors[condition.position] ?? null)
      ) {
        this.#skip(step);
        return;
      }
      if (!step.hasTurn && !this.#surroundings.acquireTurn(step)) {
        step.isWaiting = true;
        this.#waitingCount++;
        this.running.add(step);
        this.#updateCongestion();
        return;
      }
      step.hasTurn = true;
      this.running.add(step);
      this.#surroundings.runStep(this, step);
      if (this.#isCongested && step.runningIndex >= 0) {
        step.request?.setCongested(true);
      }
    } catch (reason) {
      this.running.remove(step);
      this.#drop(step);
      this.#fail(tritonErrorFrom(reason));
    }
  }

  /** A step whose condition does not hold ends at once; its defaults take the place of what it would have written. */
  #skip(step: EnsembleStep): void {
    const { spec } = step;
    const iteration = this.#iterationOf(step);
    for (const { tensor } of spec.outputs) {
      const entry = spec.defaults.find((candidate) => candidate.tensor === tensor);
      this.#put(tensor, iteration, this.#defaultTensor(step, entry), step.parameters);
    }
    this.#drop(step);
    this.#answerComplete();
  }

  #defaultTensor(step: EnsembleStep, entry: StepDefault | undefined): FlowTensor | null {
    if (entry === undefined) {
      return null;
    }
    if (entry.constant !== null) {
      return flowFromConstant(entry.constant, this.request);
    }
    const source = entry.position === null ? null : (step.tensors[entry.position] ?? null);
    source?.hold();
    return source;
  }

  #handle(step: EnsembleStep, response: InferenceResponse | null, isFinal: boolean): void {
    if (isFinal) {
      this.running.remove(step);
      this.#inflightCount--;
      this.#letGo(step);
    }
    if (response === null) {
      return;
    }
    if (this.#error !== null) {
      response.release();
    } else if (response.error === null) {
      this.#putOutputs(step, response);
    } else {
      this.#fail(response.error);
    }
    this.#answerComplete();
  }

  #putOutputs(step: EnsembleStep, response: InferenceResponse): void {
    const { request, spec } = step;
    assert(request !== null, "a step that answers has run");
    let parameters: FlowParameters;
    try {
      parameters = parametersOfAnswer(step.parameters, response);
    } catch (reason) {
      response.release();
      this.#fail(tritonErrorFrom(reason));
      return;
    }
    const iteration = this.#iterationOf(step);
    let putCount = 0;
    for (const output of response.outputs) {
      const index = spec.outputTensors.get(output.name);
      if (index === undefined) {
        output.memory?.release();
      } else {
        this.#put(index, iteration, flowFromOutput(request, output), parameters);
        putCount++;
      }
    }
    if (putCount < spec.outputs.length) {
      this.#putMissing(spec, response, iteration, parameters);
    }
  }

  /** What the model left out may be an optional input of the next one, or be missing in the answer. */
  #putMissing(
    spec: EnsembleStepSpec,
    { outputs }: InferenceResponse,
    iteration: number,
    parameters: FlowParameters,
  ): void {
    for (const { name, tensor } of spec.outputs) {
      if (!outputs.some((output) => output.name === name)) {
        this.#put(tensor, iteration, null, parameters);
      }
    }
  }

  /** A step's only answer belongs to what it was computed from; those of a decoupled model are counted. */
  #iterationOf(step: EnsembleStep): number {
    if (!this.#surroundings.isStepDecoupled(step.index)) {
      return step.iteration;
    }
    this.#iterationCounts ??= [];
    const iteration = this.#iterationCounts[step.index] ?? 0;
    this.#iterationCounts[step.index] = iteration + 1;
    return iteration;
  }

  /** Sends the answers whose last tensor has come. */
  #answerComplete(): void {
    const complete = this.#complete;
    if (complete.length === 0) {
      return;
    }
    for (let index = 0; index < complete.length; index++) {
      const iteration = complete[index] ?? 0;
      const response = createAnswer(this.request, this.#plan, this.#flow, iteration);
      this.#hasAnswered = true;
      const isFinal = this.#inflightCount === 0 && index === complete.length - 1;
      if (isFinal) {
        this.#end(null);
      }
      this.#surroundings.answer(this.request, response, isFinal);
    }
    while (complete.length > 0) {
      complete.pop();
    }
    this.#updateCongestion();
  }

  #fail(error: TritonError): void {
    if (this.#error !== null) {
      return;
    }
    this.#error = new TritonError(error.code, `in ensemble '${this.#name}', ${error.message}`, {
      cause: error,
    });
    for (const step of this.running.list().filter(({ isWaiting }) => isWaiting)) {
      this.#waitingCount--;
      this.running.remove(step);
      this.#drop(step);
    }
  }

  /** Ends a step that has not run. */
  #drop(step: EnsembleStep): void {
    this.#inflightCount--;
    this.#letGo(step);
  }

  #letGo(step: EnsembleStep): void {
    step.releaseTensors();
    this.#surroundings.onStepEnd(step);
  }

  #endWithoutAnswer(): void {
    let error = this.#error;
    if (error === null && !this.#hasAnswered && !this.#surroundings.isDecoupled) {
      error = new TritonError(
        StatusCode.InvalidArg,
        `in ensemble '${this.#name}', ${this.request.logPrefix}unexpected deadlock, at least one output is not set ` +
          "while no more ensemble steps can be made",
      );
    }
    this.#end(error);
    const response = error === null ? null : InferenceResponse.failed(error);
    this.#surroundings.answer(this.request, response, true);
  }

  #end(error: TritonError | null): void {
    this.#hasEnded = true;
    this.#flow.clear();
    this.#surroundings.onEnd(this, error);
  }

  /** Models that answer many times wait while their answers pile up, at the client or before a step. */
  #updateCongestion(): void {
    const { request } = this;
    const isCongested = (request.isCongested || this.#waitingCount > 0) && !this.#hasEnded;
    if (request.isCongested && request.drainListener === null && !this.#hasEnded) {
      request.drainListener = (): void => {
        this.#updateCongestion();
      };
    }
    if (isCongested !== this.#isCongested) {
      this.#isCongested = isCongested;
      for (const step of this.running.list()) {
        step.request?.setCongested(isCongested);
      }
    }
  }
}

function isSame(left: FlowParameters, right: FlowParameters): boolean {
  return (
    left === right ||
    (left.correlationId === right.correlationId &&
      left.isSequenceStart === right.isSequenceStart &&
      left.isSequenceEnd === right.isSequenceEnd)
  );
}

/** Takes the first of a list that mostly has one: `shift` leaves the compiled code for an empty list. */
function takeFirst<Item>(list: Item[]): Item | undefined {
  return list.length > 1 ? list.shift() : list.pop();
}
