import { elementCount, StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { datatypeFromElementType, OrtElementType } from "../../ffi/ort/ort-element-type.ts";
import { fillStringTensor, readStringTensor } from "../../ffi/ort/ort-string-tensor.ts";
import type { ModelSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { InferenceResponse } from "../../model/response.ts";
import type { Tensor } from "../../model/tensor.ts";
import { copyOutput, type TakenOutput } from "./output-binding.ts";
import type { OutputCursor } from "./responses.ts";
import type { RunOutput } from "./run-output.ts";
import { slotsOf } from "./state-input.ts";
import {
  elementBytesOf,
  type StateMemory,
  type StateSlot,
  type TypedValue,
} from "./state-memory.ts";
import { packedByteSize, packStrings, StringPositions } from "./string-elements.ts";

/** What a state's output is made of. */
export interface StateOutputParts {
  readonly memory: StateMemory;
  readonly model: ModelSpec;
  readonly stateIndex: number;
  /** Whether the model's clients get it, too. */
  readonly isReturned: boolean;
  /** Whether ONNX Runtime may hand an input through as this output. */
  readonly mayBeInput: boolean;
}

/**
 * A state as an output: a value of ONNX Runtime's making, which a single sequence keeps as it is. Several sequences get a
 * copy of their row each, from native memory to native memory.
 *
 * Nothing of a sequence changes before `commit`: a run that fails leaves every state as it was.
 */
export class StateOutput implements RunOutput {
  readonly isGuessed = false;
  readonly isFixed = false;
  readonly isWritten = true;
  readonly name: string;
  readonly #parts: StateOutputParts;
  #taken: TypedValue | null = null;

  constructor(parts: StateOutputParts) {
    const spec = parts.memory.specs[parts.stateIndex];
    assert(spec !== undefined, "an output of a known state");
    this.name = spec.outputName;
    this.#parts = parts;
  }

  prepare(): bigint {
    assert(this.#taken === null, "an output is prepared once a run");
    return 0n;
  }

  /** The value stays here until `commit` or `abandon`. */
  take(value: bigint): TakenOutput | null {
    const { memory, isReturned } = this.#parts;
    const { elementType, shape } = memory.resources.values.typeAndShape(value);
    this.#taken = { value, elementType, shape };
    return isReturned ? copyOutput(memory.resources, this.name, value) : null;
  }

  abandon(value: bigint): void {
    const { values } = this.#parts.memory.resources;
    if (value !== 0n) {
      values.release(value);
    }
    if (this.#taken !== null) {
      values.release(this.#taken.value);
      this.#taken = null;
    }
  }

  dropGuess(): void {}

  settleGuess(): boolean {
    return false;
  }

  markDynamic(): void {}

  close(): void {
    assert(this.#taken === null, "no run outlives its output");
  }

  /** Checks, request by request, that the run has given each its row. */
  createCursor(): OutputCursor {
    assert(this.#taken !== null, "a taken output is looked at");
    return new StateCursor(this.name, this.#parts, this.#taken);
  }

  /** Gives every sequence whose request has succeeded its new state. */
  commit(requests: readonly InferenceRequest[], responses: readonly InferenceResponse[]): void {
    const taken = this.#taken;
    assert(taken !== null, "a taken output is committed");
    this.#taken = null;
    const { memory, stateIndex } = this.#parts;
    const { values } = memory.resources;
    if (!requests.some((request, index) => isKept(request, responses[index]))) {
      values.release(taken.value);
      return;
    }
    const [first] = requests;
    if (first !== undefined && requests.length === 1 && this.#isWhole(taken)) {
      const slot = slotsOf(memory, first)[stateIndex];
      assert(slot !== undefined, "every sequence has every state");
      slot.adopt(taken);
      return;
    }
    try {
      this.#scatter(taken, requests, responses);
    } finally {
      values.release(taken.value);
    }
  }

  /** Whether the value is one sequence's row and nothing else. */
  #isWhole({ shape }: TypedValue): boolean {
    return shape.length > 0 && (this.#parts.model.batchSizeMax === 0 || shape[0] === 1);
  }

  #scatter(
    taken: TypedValue,
    requests: readonly InferenceRequest[],
    responses: readonly InferenceResponse[],
  ): void {
    const { memory, model, stateIndex } = this.#parts;
    const { resources } = memory;
    const isBatched = model.batchSizeMax > 0;
    const dims = taken.shape.length === 0 ? [1] : taken.shape;
    const rowShape = isBatched ? [1, ...dims.slice(1)] : dims;
    const rows =
      taken.elementType === OrtElementType.String
        ? new StringRows(memory, taken, rowShape)
        : new FixedSizeRows(memory, taken, rowShape, this.#parts.mayBeInput);
    for (let row = 0; row < requests.length; row++) {
      const request = requests[row];
      assert(request !== undefined, "an index inside the list");
      const slot = slotsOf(memory, request)[stateIndex];
      if (slot !== undefined && isKept(request, responses[row])) {
        const byteSize = rows.copyTo(slot, row);
        resources.copies.onOutput(byteSize);
      }
    }
  }
}

function isKept(request: InferenceRequest, response: InferenceResponse | undefined): boolean {
  return !request.isNull && request.sequenceState !== null && response?.error === null;
}

/** The rows of an output of several sequences. */
interface StateRows {
  /** Copies a row to its sequence, and returns its bytes. */
  copyTo(slot: StateSlot, row: number): number;
}

class FixedSizeRows implements StateRows {
  readonly #address: bigint;
  readonly #rowBytes: number;
  readonly #rowShape: readonly number[];
  readonly #elementType: number;
  readonly #mayShare: boolean;

  constructor(
    { resources }: StateMemory,
    { value, elementType }: TypedValue,
    rowShape: readonly number[],
    mayShare: boolean,
  ) {
    this.#rowBytes = elementCount(rowShape) * elementBytesOf(elementType);
    this.#address = this.#rowBytes === 0 ? 0n : resources.values.dataAddress(value);
    this.#rowShape = rowShape;
    this.#elementType = elementType;
    this.#mayShare = mayShare;
  }

  copyTo(slot: StateSlot, row: number): number {
    const byteSize = this.#rowBytes;
    slot.copyFrom(
      {
        address: this.#address + BigInt(row * byteSize),
        byteSize,
        elementType: this.#elementType,
        shape: this.#rowShape,
      },
      this.#mayShare,
    );
    return byteSize;
  }
}

/** Strings are in memory of ONNX Runtime's own, which cannot be copied as it is. */
class StringRows implements StateRows {
  readonly #memory: StateMemory;
  readonly #packed: Uint8Array;
  readonly #rowShape: readonly number[];
  #row = 0;
  #position = 0;

  constructor(memory: StateMemory, { value, shape }: TypedValue, rowShape: readonly number[]) {
    const { library } = memory.resources;
    this.#memory = memory;
    this.#packed = packStrings(readStringTensor(library, value, elementCount(shape)));
    this.#rowShape = rowShape;
  }

  copyTo(slot: StateSlot, row: number): number {
    const count = elementCount(this.#rowShape);
    this.#skipTo(row, count);
    const byteSize = packedByteSize(this.#packed, this.#position, count);
    const bytes = this.#packed.subarray(this.#position, this.#position + byteSize);
    const positions = new StringPositions();
    positions.addTensor("", bytes, 0, count);
    const { values, library } = this.#memory.resources;
    const value = values.createAllocated(this.#rowShape, OrtElementType.String);
    slot.adopt({ value, elementType: OrtElementType.String, shape: this.#rowShape });
    const { starts, byteSizes } = positions;
    fillStringTensor(library, value, { bytes, starts, byteSizes });
    return byteSize;
  }

  /** Rows come in order, but not all of them. */
  #skipTo(row: number, count: number): void {
    assert(row >= this.#row, "rows come in order");
    this.#position += packedByteSize(this.#packed, this.#position, count * (row - this.#row));
    this.#row = row;
  }
}

/** Walks over a state's rows only to see that they are there. */
class StateCursor implements OutputCursor {
  readonly name: string;
  readonly #parts: StateOutputParts;
  readonly #taken: TypedValue;
  #row = 0;

  constructor(name: string, parts: StateOutputParts, taken: TypedValue) {
    this.name = name;
    this.#parts = parts;
    this.#taken = taken;
  }

  /**
   * @throws {TritonError} Internal for a value that no state can be, Unsupported if the model did not give enough rows
   * @see triton-inference-server/backend src/backend_output_responder.cc, ProcessStateTensor
   */
  next(request: InferenceRequest): Tensor | null {
    const { shape, elementType } = this.#taken;
    const { model } = this.#parts;
    if (datatypeFromElementType(elementType) === null) {
      throw new TritonError(
        StatusCode.Internal,
        `state '${this.name}' has the element type ${elementType}, which cannot be served`,
      );
    }
    if (shape.length === 0 && !model.outputsByName.has(this.name)) {
      throw new TritonError(
        StatusCode.Internal,
        `Failed to find the scalar output dimension for ${this.name} in the model configuration.`,
      );
    }
    if (model.batchSizeMax === 0) {
      return null;
    }
    const end = this.#row + request.batchSize;
    this.#row = end;
    const given = shape[0] ?? 1;
    if (end > given) {
      throw new TritonError(
        StatusCode.Unsupported,
        `${request.logPrefix}failed to split the output state tensor '${this.name}' in responses: expected batch size ` +
          `of at least ${end} in model output, got ${given}`,
      );
    }
    return null;
  }
}
