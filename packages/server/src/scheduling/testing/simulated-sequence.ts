import { assert } from "../../base/assert.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { SequenceState } from "../../model/sequence-state.ts";
import type { Tensor } from "../../model/tensor.ts";

/** The state of a simulated sequence: it notices who uses it, and when it goes. */
export class SimulatedState implements SequenceState {
  readonly instance: number;
  user: SimulatedSequence | null = null;
  isInUse = false;
  isReleased = false;

  constructor(instance: number) {
    this.instance = instance;
  }

  release(): void {
    assert(!this.isReleased, "a state is released once");
    assert(!this.isInUse, "a state is not released while a request runs with it");
    this.isReleased = true;
  }
}

/** What a client sent from one START on, as a simulation knows it without the scheduler's help. */
export class SimulatedSequence {
  /** Requests accepted so far. */
  acceptedCount = 0;
  /** Requests that have started to run. */
  startedCount = 0;
  isRunning = false;
  hasEnd = false;
  /** Whether one of its requests has been cancelled, or it has waited for too long: the rest goes, too. */
  isBroken = false;
  /** Where it runs, from its first run on. */
  instance: number | null = null;
  row: number | null = null;
  state: SimulatedState | null = null;
  lastUseNs = 0;
}

/** A request as a simulation knows it. */
export class SequenceRequest {
  readonly request: InferenceRequest;
  readonly sequence: SimulatedSequence;
  /** Its place in its sequence. */
  readonly order: number;
  readonly isStart: boolean;
  readonly isEnd: boolean;
  readonly deadlineNs: number;
  answerCount = 0;
  runCount = 0;
  wasCancelled = false;

  constructor(request: InferenceRequest, sequence: SimulatedSequence, deadlineNs: number) {
    this.request = request;
    this.sequence = sequence;
    this.order = sequence.acceptedCount;
    this.isStart = request.isSequenceStart;
    this.isEnd = request.isSequenceEnd;
    this.deadlineNs = deadlineNs;
  }
}

function controlsOf({ overrideInputs }: InferenceRequest): ReadonlyMap<string, Tensor> {
  assert(overrideInputs?.length === 4, "a request has all its controls");
  return new Map(overrideInputs.map((tensor) => [tensor.name, tensor]));
}

function flagOf(controls: ReadonlyMap<string, Tensor>, name: string): boolean {
  return controls.get(name)?.bytes[0] === 1;
}

/** Checks the control tensors of a request that starts to run. */
export function checkControls(request: InferenceRequest, isStart: boolean, isEnd: boolean): void {
  const controls = controlsOf(request);
  assert(flagOf(controls, "START") === isStart, "START says whether it is the first");
  assert(flagOf(controls, "END") === isEnd, "END says whether it is the last");
  assert(flagOf(controls, "READY") === !request.isNull, "READY says whether there is a request");
  const bytes = controls.get("ID")?.bytes;
  assert(bytes?.byteLength === 8, "an id of 64 bits");
  const id = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  assert(id === (request.isNull ? 0n : request.correlationId), "the id is the request's");
}
