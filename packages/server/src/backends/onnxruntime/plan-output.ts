import { isSameShape } from "@nereid/protocol";
import { OrtElementType } from "../../ffi/ort/ort-element-type.ts";
import type { OrtTensorInfo } from "../../ffi/ort/ort-tensor-info.ts";
import type { LoadedSession } from "./loaded-session.ts";
import { createOutputBinding, type OutputBinding, type TakenOutput } from "./output-binding.ts";
import type { DimensionSizes } from "./output-shape.ts";
import type { RunOutput } from "./run-output.ts";
import type { RunResources } from "./run-resources.ts";

/** An output must have had one shape in this many runs with the same input shapes before it is relied on. */
const LEARNED_RUN_COUNT_MIN = 2;

/**
 * One output of a plan: bound to memory of the right size as soon as its shape is known, from the model file or from
 * earlier runs with the same input shapes.
 *
 * Either way it is a guess. Where a guess makes a run fail, the run is repeated without guesses; an output that then
 * turns out to have another shape is dynamic, for this model for good.
 */
export class PlanOutput implements RunOutput {
  readonly #resources: RunResources;
  readonly #session: LoadedSession;
  readonly #info: OrtTensorInfo;
  #binding: OutputBinding;
  /** Of the last run without a guess. */
  #lastShape: readonly number[] | null = null;
  #sameShapeCount = 0;
  /** The guess that a failed run was repeated without. */
  #droppedShape: readonly number[] | null = null;
  #wasWritten = true;

  constructor(
    resources: RunResources,
    session: LoadedSession,
    info: OrtTensorInfo,
    sizes: DimensionSizes,
  ) {
    this.#resources = resources;
    this.#session = session;
    this.#info = info;
    const shape = this.#isGuessable ? sizes.resolve(info) : null;
    this.#binding = createOutputBinding(resources, info, shape);
  }

  /** Whether the next run must give the shape that is expected. */
  get isGuessed(): boolean {
    return this.#binding.expectedShape !== null;
  }

  /** Whether the next run writes to the same value as the one before, until the guess is dropped. */
  get isFixed(): boolean {
    return this.#binding.isFixed;
  }

  prepare(): bigint {
    return this.#binding.prepare();
  }

  take(value: bigint): TakenOutput {
    const taken = this.#binding.take(value);
    if (this.#binding.expectedShape === null) {
      this.#learn(taken.shape);
    }
    return taken;
  }

  abandon(value: bigint): void {
    this.#binding.abandon(value);
  }

  /** After a successful run: whether the output is where it was to be written. */
  get isWritten(): boolean {
    return this.#binding.isWritten;
  }

  /** Lets the next run give any shape, in memory of its own. Before anything of the last run is let go of. */
  dropGuess(): void {
    this.#droppedShape = this.#binding.expectedShape;
    this.#wasWritten = this.#binding.isWritten;
    this.#binding.abandon(0n);
    this.#binding.close();
    this.#binding = createOutputBinding(this.#resources, this.#info, null);
  }

  /**
   * After the run without guesses has been taken: whether this output is why the one with guesses could not be used. Then
   * no guess is made of it again.
   *
   * @param hadFailed whether that run failed; otherwise an output was not written
   */
  settleGuess(hadFailed: boolean): boolean {
    const dropped = this.#droppedShape;
    this.#droppedShape = null;
    if (dropped === null || this.#lastShape === null) {
      return false;
    }
    const isCause = hadFailed ? !isSameShape(dropped, this.#lastShape) : !this.#wasWritten;
    if (isCause) {
      this.markDynamic();
    }
    return isCause;
  }

  markDynamic(): void {
    this.#session.dynamicOutputs.add(this.#info.name);
  }

  close(): void {
    this.#binding.close();
  }

  get #isGuessable(): boolean {
    const { name, elementType } = this.#info;
    return (
      elementType !== OrtElementType.String &&
      !this.#session.inputsByName.has(name) &&
      !this.#session.dynamicOutputs.has(name)
    );
  }

  #learn(shape: readonly number[]): void {
    if (this.#lastShape !== null && !isSameShape(this.#lastShape, shape)) {
      this.markDynamic();
    }
    this.#lastShape = shape;
    this.#sameShapeCount++;
    if (this.#isGuessable && this.#sameShapeCount >= LEARNED_RUN_COUNT_MIN) {
      this.#binding = createOutputBinding(this.#resources, this.#info, shape);
    }
  }
}
