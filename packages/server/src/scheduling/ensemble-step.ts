import type { EnsembleStepSpec } from "../model/ensemble-spec.ts";
import type { InferenceRequest, ResponseSender } from "../model/request.ts";
import type { InferenceResponse } from "../model/response.ts";
import type { FlowParameters, FlowTensor } from "./flow-tensor.ts";
import type { WaitingStep } from "./step-limiter.ts";

/** The request of an ensemble that a step belongs to. */
export interface EnsembleStepOwner {
  onStepTurn(step: EnsembleStep): void;
  onStepResponse(step: EnsembleStep, response: InferenceResponse | null, isFinal: boolean): void;
}

/**
 * One run of a step for one request of an ensemble; with decoupled steps before it there may be several. It holds what it
 * waits for until it has ended.
 *
 * ```
 *   ready ──► waiting for its turn ──► running ──► ended
 *     └────────── skipped, dropped ────────┴────────►
 * ```
 */
export class EnsembleStep implements ResponseSender, WaitingStep {
  readonly spec: EnsembleStepSpec;
  readonly index: number;
  /** Which answer of a decoupled step before it this is about; 0 without one. */
  readonly iteration: number;
  /** In the order of `spec.waitsFor`; null for what was not given. */
  readonly tensors: (FlowTensor | null)[] = [];
  /** Of its sequence. */
  parameters: FlowParameters;
  readonly #owner: EnsembleStepOwner;
  request: InferenceRequest | null = null;
  isWaiting = false;
  hasTurn = false;
  /** Its time is over: what it still answers interests nobody. */
  isAbandoned = false;
  /** Clock nanoseconds at which its time is over. */
  deadlineNs = 0;
  /** Where it is in its owner's list of those that run. */
  runningIndex = -1;

  constructor(
    owner: EnsembleStepOwner,
    place: { readonly spec: EnsembleStepSpec; readonly index: number; readonly iteration: number },
    parameters: FlowParameters,
  ) {
    this.#owner = owner;
    this.spec = place.spec;
    this.index = place.index;
    this.iteration = place.iteration;
    this.parameters = parameters;
  }

  onTurn(): void {
    this.#owner.onStepTurn(this);
  }

  send(_request: InferenceRequest, response: InferenceResponse | null, isFinal: boolean): void {
    this.#owner.onStepResponse(this, response, isFinal);
  }

  /** Lets go of its inputs. Called once, at its end. */
  releaseTensors(): void {
    for (const tensor of this.tensors) {
      tensor?.release();
    }
  }
}
