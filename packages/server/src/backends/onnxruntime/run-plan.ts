import { assert } from "../../base/assert.ts";
import { NativeWords } from "../../ffi/native-memory.ts";
import { CStringArray } from "../../ffi/native-strings.ts";
import type { OrtApi } from "../../ffi/ort/ort-api.gen.ts";
import { OrtIoBinding } from "../../ffi/ort/ort-io-binding.ts";
import type { OrtLibrary } from "../../ffi/ort/ort-library.ts";
import type { Batch } from "../../model/batch.ts";
import type { ModelSpec, OutputSpec } from "../../model/model-spec.ts";
import type { InferenceResponse } from "../../model/response.ts";
import { bindBatchInputs } from "./batch-input.ts";
import { createInputBinding, type InputBinding } from "./input-binding.ts";
import type { LoadedSession } from "./loaded-session.ts";
import type { TakenOutput } from "./output-binding.ts";
import { DimensionSizes } from "./output-shape.ts";
import { inputLayouts } from "./plan-layout.ts";
import { PlanOutput } from "./plan-output.ts";
import { type BoundStates, bindStates } from "./plan-states.ts";
import { requestedOutputsOf } from "./requested-outputs.ts";
import type { OutputCursor } from "./responses.ts";
import type { RunErrors } from "./run-errors.ts";
import type { RunOutput } from "./run-output.ts";
import type { RunResources } from "./run-resources.ts";
import type { StateMemory } from "./state-memory.ts";
import type { StateOutput } from "./state-output.ts";

const NO_STATES: BoundStates = { inputs: [], outputs: [] };
const NO_CURSORS: readonly OutputCursor[] = [];

/** Where `OrtApi.Run` takes its run options. */
const RUN_OPTIONS_WORD = 1;

/** What plans are made of. */
export interface RunPlanParts {
  readonly resources: RunResources;
  readonly session: LoadedSession;
  readonly model: ModelSpec;
  /** In the order in which responses have them. */
  readonly outputs: readonly OutputSpec[];
  /** The model's implicit state; null if it has none. */
  readonly states: StateMemory | null;
}

/**
 * The arguments of `OrtApi.Run` for batches of one shape, with the values bound to memory that stays: while shapes
 * repeat, a run is one native call and a copy of each small tensor.
 *
 * An instance has one run at a time, so a plan has one set of memory:
 * ```
 *   stage → run (once or, without guesses, twice) → take or abandon → unstage
 * ```
 */
export class RunPlan {
  /** What the plan's responses have, in order. */
  readonly outputs: readonly OutputSpec[];
  /** Bytes of all inputs together; strings count as what their pointers take. */
  readonly inputByteSize: number;
  /** The arguments as words, for a native thread. */
  readonly words: BigUint64Array;
  readonly #session: bigint;
  readonly #inputs: readonly InputBinding[];
  /** Those of `outputs`, in the same order, then the states that no client sees. */
  readonly #outputs: readonly RunOutput[];
  /** In the order of the model's states. */
  readonly #states: readonly StateOutput[];
  readonly #inputNames: CStringArray;
  readonly #outputNames: CStringArray;
  readonly #inputValues: NativeWords;
  readonly #outputValues: NativeWords;
  readonly #library: OrtLibrary;
  readonly #runFunction: OrtApi["run"];
  readonly #runBoundFunction: OrtApi["runWithBinding"];
  readonly #names: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
  /** The values by name, from the first run on this thread in which all of them stay where they are. */
  #binding: OrtIoBinding | null = null;

  constructor(parts: RunPlanParts, batch: Batch) {
    const { resources, session, model } = parts;
    const requestLayouts = inputLayouts(session, model, batch);
    const bound = parts.states === null ? NO_STATES : bindStates(parts, parts.states, batch);
    const wanted = requestedOutputsOf(batch.requests);
    this.outputs = parts.outputs.filter(({ name }) => wanted === null || wanted.includes(name));
    const sizes = new DimensionSizes();
    const fromRequests = requestLayouts.map((layout) => {
      const info = session.inputsByName.get(layout.name);
      assert(info !== undefined, "a layout is of a known input");
      sizes.add(info, layout.shape);
      return createInputBinding(resources, layout);
    });
    const fromBatch = bindBatchInputs(resources, session, model, batch);
    for (const { layout } of bound.inputs) {
      const info = session.inputsByName.get(layout.name);
      assert(info !== undefined, "a state is a known input");
      sizes.add(info, layout.shape);
    }
    const further = [...fromBatch, ...bound.inputs];
    this.#inputs = [...fromRequests, ...further.map(({ binding }) => binding)];
    const layouts = [...requestLayouts, ...further.map(({ layout }) => layout)];
    this.#states = bound.outputs;
    const returned = this.outputs.map(({ name }): RunOutput => {
      const state = bound.outputs.find((output) => output.name === name);
      if (state !== undefined) {
        return state;
      }
      const info = session.outputsByName.get(name);
      assert(info !== undefined, `the model has output '${name}'`);
      return new PlanOutput(resources, session, info, sizes);
    });
    const kept = bound.outputs.filter((output) => !returned.includes(output));
    this.#outputs = [...returned, ...kept];
    this.inputByteSize = layouts.reduce(
      (size, { elementCount, elementBytes }) => size + elementCount * (elementBytes || 8),
      0,
    );
    this.#session = session.session.address;
    this.#library = resources.library;
    this.#runFunction = resources.library.api.run;
    this.#runBoundFunction = resources.library.api.runWithBinding;
    this.#names = {
      inputs: layouts.map(({ name }) => name),
      outputs: [...this.outputs, ...kept].map(({ name }) => name),
    };
    this.#inputNames = new CStringArray(this.#names.inputs);
    this.#outputNames = new CStringArray(this.#names.outputs);
    this.#inputValues = new NativeWords(this.#inputNames.count);
    this.#outputValues = new NativeWords(this.#outputNames.count);
    this.words = BigUint64Array.of(
      this.#session,
      0n,
      this.#inputNames.address,
      this.#inputValues.address,
      BigInt(this.#inputNames.count),
      this.#outputNames.address,
      BigInt(this.#outputNames.count),
      this.#outputValues.address,
    );
  }

  /** Whether outputs are bound to memory by a guess of their shapes. */
  get hasGuesses(): boolean {
    for (const output of this.#outputs) {
      if (output.isGuessed) {
        return true;
      }
    }
    return false;
  }

  /** After a successful run: whether every output is where it was to be written. */
  get isWritten(): boolean {
    for (const output of this.#outputs) {
      if (!output.isWritten) {
        return false;
      }
    }
    return true;
  }

  /** Brings the inputs in place. On an error nothing is left staged. */
  stage({ requests }: Batch, errors: RunErrors): void {
    const { words } = this.#inputValues;
    try {
      for (let index = 0; index < this.#inputs.length; index++) {
        words[index] = this.#inputs[index]?.stage(requests, errors) ?? 0n;
      }
    } catch (error) {
      this.unstage();
      throw error;
    }
  }

  /** Brings memory for the outputs in place. On an error nothing is left prepared. */
  prepareOutputs(): void {
    const { words } = this.#outputValues;
    // Not `fill`, which leaves the compiled code.
    for (let index = 0; index < this.#outputs.length; index++) {
      words[index] = 0n;
    }
    try {
      for (let index = 0; index < this.#outputs.length; index++) {
        words[index] = this.#outputs[index]?.prepare() ?? 0n;
      }
    } catch (error) {
      this.abandon();
      throw error;
    }
  }

  /** Runs on the calling thread. */
  run(runOptions: bigint): bigint | null {
    const binding = this.#binding ?? this.#bind();
    return binding === null
      ? this.#runFunction(
          this.#session,
          runOptions,
          this.#inputNames.address,
          this.#inputValues.address,
          this.#inputNames.count,
          this.#outputNames.address,
          this.#outputNames.count,
          this.#outputValues.address,
        )
      : this.#runBoundFunction(this.#session, runOptions, binding.address);
  }

  /** Names the values once and for all, or returns null if one of them is another in each run. */
  #bind(): OrtIoBinding | null {
    if (!this.#isFixed()) {
      return null;
    }
    const binding = new OrtIoBinding(this.#library, this.#session);
    this.#names.inputs.forEach((name, index) => {
      binding.bindInput(name, this.#inputValues.at(index));
    });
    this.#names.outputs.forEach((name, index) => {
      binding.bindOutput(name, this.#outputValues.at(index));
    });
    this.#binding = binding;
    return binding;
  }

  #isFixed(): boolean {
    for (const input of this.#inputs) {
      if (!input.isFixed) {
        return false;
      }
    }
    for (const output of this.#outputs) {
      if (!output.isFixed) {
        return false;
      }
    }
    return true;
  }

  #unbind(): void {
    this.#binding?.close();
    this.#binding = null;
  }

  /** Makes `words` ready for a run with these options. */
  setRunOptions(runOptions: bigint): void {
    this.words[RUN_OPTIONS_WORD] = runOptions;
  }

  /** The outputs of a successful run, in the order of `outputs`. They are the caller's. */
  take(): TakenOutput[] {
    const taken: TakenOutput[] = [];
    const { words } = this.#outputValues;
    try {
      for (let index = 0; index < this.#outputs.length; index++) {
        const output = this.#outputs[index];
        assert(output !== undefined, "an index inside the list");
        const value = words[index] ?? 0n;
        // From here on the value is the binding's, whatever happens.
        words[index] = 0n;
        const mine = output.take(value);
        if (mine !== null) {
          taken.push(mine);
        }
      }
    } catch (error) {
      for (const { lease } of taken) {
        lease?.release();
      }
      this.abandon();
      throw error;
    }
    return taken;
  }

  /** After `take`: what sees to it that every request has its rows of the states. */
  stateCursors(): readonly OutputCursor[] {
    return this.#states.length === 0
      ? NO_CURSORS
      : this.#states.map((state) => state.createCursor());
  }

  /** After `take`: gives the sequences of the requests that have succeeded their new states. `abandon` otherwise. */
  commitStates({ requests }: Batch, responses: readonly InferenceResponse[]): void {
    for (const state of this.#states) {
      state.commit(requests, responses);
    }
  }

  /** Lets go of the outputs of a run that has failed. */
  abandon(): void {
    const { words } = this.#outputValues;
    for (let index = 0; index < this.#outputs.length; index++) {
      this.#outputs[index]?.abandon(words[index] ?? 0n);
      words[index] = 0n;
    }
  }

  /** After a run that cannot be used: lets go of its outputs, and lets the next one give any shapes. */
  dropGuesses(): void {
    this.#unbind();
    const { words } = this.#outputValues;
    this.#outputs.forEach((output, index) => {
      if (!output.isGuessed) {
        output.abandon(words[index] ?? 0n);
      }
      output.dropGuess();
      words[index] = 0n;
    });
  }

  /**
   * After the run without guesses has been taken: whatever guess was wrong is not made again.
   *
   * @param hadFailed whether the run with guesses failed; otherwise an output was not written
   */
  settleGuesses(hadFailed: boolean): void {
    let isExplained = false;
    for (const output of this.#outputs) {
      isExplained = output.settleGuess(hadFailed) || isExplained;
    }
    if (!isExplained) {
      // Prepared memory does not suit this model for another reason.
      for (const output of this.#outputs) {
        output.markDynamic();
      }
    }
  }

  /** After every run. */
  unstage(): void {
    for (const input of this.#inputs) {
      input.unstage();
    }
  }

  close(): void {
    this.#unbind();
    for (const input of this.#inputs) {
      input.close();
    }
    for (const output of this.#outputs) {
      output.close();
    }
  }
}
