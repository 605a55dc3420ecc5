import { datatypeByteSize, elementCount, isSameShape, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { SequenceStateSpec } from "../../config/compile-sequence-states.ts";
import { copyToNative, copyWithinNative, NativeBlock } from "../../ffi/native-memory.ts";
import {
  datatypeFromElementType,
  elementTypeFromDatatype,
  OrtElementType,
} from "../../ffi/ort/ort-element-type.ts";
import { fillStringTensor } from "../../ffi/ort/ort-string-tensor.ts";
import type { SequenceState } from "../../model/sequence-state.ts";
import type { RunResources } from "./run-resources.ts";
import { StringPositions } from "./string-elements.ts";

/** Bytes of an element of a state; 0 for strings. Every state's type has a datatype of the protocol. */
export function elementBytesOf(elementType: number): number {
  const datatype = datatypeFromElementType(elementType);
  assert(datatype !== null, "a state has a datatype");
  return datatypeByteSize(datatype);
}

/** A value with what ONNX Runtime says of it. */
export interface TypedValue {
  readonly value: bigint;
  readonly elementType: number;
  readonly shape: readonly number[];
}

/** Rows of fixed-size elements in native memory. */
export interface NativeRows {
  readonly address: bigint;
  readonly byteSize: number;
  readonly elementType: number;
  readonly shape: readonly number[];
}

/**
 * One state of one sequence: a tensor of ONNX Runtime's.
 *
 * Until the sequence's first run has succeeded, it is the model's initial value, which all sequences share and nobody writes
 * to; from then on a value of its own.
 */
export class StateSlot {
  readonly #memory: StateMemory;
  #isOwn = false;
  #value: bigint;
  #elementType: number;
  #shape: readonly number[];
  /** Of the elements; 0 until somebody asks. */
  #address = 0n;

  constructor(memory: StateMemory, initial: TypedValue) {
    this.#memory = memory;
    this.#value = initial.value;
    this.#elementType = initial.elementType;
    this.#shape = initial.shape;
  }

  get value(): bigint {
    return this.#value;
  }

  get elementType(): number {
    return this.#elementType;
  }

  get shape(): readonly number[] {
    return this.#shape;
  }

  /** Address of the elements; not for strings. */
  get address(): bigint {
    if (this.#address === 0n) {
      this.#address = this.#memory.resources.values.dataAddress(this.#value);
    }
    return this.#address;
  }

  /** Takes ownership of a value, which replaces the present one. */
  adopt({ value, elementType, shape }: TypedValue): void {
    this.#drop();
    this.#memory.onValueKept();
    this.#isOwn = true;
    this.#value = value;
    this.#elementType = elementType;
    this.#shape = shape;
    this.#address = 0n;
  }

  /**
   * Copies rows into the slot's own memory, or, where that does not fit, into new memory.
   *
   * @param mayShare whether others may hold the slot's memory, so that it is not to be written to
   */
  copyFrom(rows: NativeRows, mayShare: boolean): void {
    const { elementType, shape } = rows;
    const fits =
      this.#isOwn && this.#elementType === elementType && isSameShape(this.#shape, shape);
    if (!fits || mayShare) {
      const { values } = this.#memory.resources;
      this.adopt({ value: values.createAllocated(shape, elementType), elementType, shape });
    }
    copyWithinNative(this.address, rows.address, rows.byteSize);
  }

  release(): void {
    this.#drop();
    this.#value = 0n;
  }

  #drop(): void {
    if (this.#isOwn) {
      this.#isOwn = false;
      this.#memory.resources.values.release(this.#value);
      this.#memory.onValueReleased();
    }
  }
}

/** All states of one sequence, in the order of the model's states. */
export class SequenceSlots implements SequenceState {
  readonly slots: readonly StateSlot[];
  readonly #memory: StateMemory;

  constructor(memory: StateMemory, slots: readonly StateSlot[]) {
    this.#memory = memory;
    this.slots = slots;
  }

  release(): void {
    for (const slot of this.slots) {
      slot.release();
    }
    this.#memory.onSequenceReleased();
  }
}

/** The implicit state of a model: what sequences start with, and count of what they hold. */
export class StateMemory {
  readonly resources: RunResources;
  readonly specs: readonly SequenceStateSpec[];
  /** What takes the place of a sequence's slots where there is no sequence: null requests, warm-ups. Only read. */
  readonly initial: readonly StateSlot[];
  readonly #initialValues: readonly TypedValue[];
  #sequenceCount = 0;
  #valueCount = 0;

  /** @throws {TritonError} if initial strings are broken; nothing is left behind then */
  constructor(resources: RunResources, specs: readonly SequenceStateSpec[]) {
    this.resources = resources;
    this.specs = specs;
    const values: TypedValue[] = [];
    try {
      for (const spec of specs) {
        values.push(createInitialValue(resources, spec));
      }
    } catch (error) {
      for (const { value } of values) {
        resources.values.release(value);
      }
      throw tritonErrorFrom(error);
    }
    this.#initialValues = values;
    this.initial = values.map((value) => new StateSlot(this, value));
  }

  /** Sequences that have not been released. */
  get sequenceCount(): number {
    return this.#sequenceCount;
  }

  /** Values that these sequences own. */
  get valueCount(): number {
    return this.#valueCount;
  }

  /** The state of a sequence that starts. It costs no native memory before its first run has succeeded. */
  createSequence(): SequenceSlots {
    this.#sequenceCount++;
    return new SequenceSlots(
      this,
      this.#initialValues.map((value) => new StateSlot(this, value)),
    );
  }

  /** @internal for StateSlot */
  onValueKept(): void {
    this.#valueCount++;
  }

  /** @internal for StateSlot */
  onValueReleased(): void {
    this.#valueCount--;
  }

  /** @internal for SequenceSlots */
  onSequenceReleased(): void {
    this.#sequenceCount--;
  }

  /** Called once, when nothing runs any more. */
  close(): void {
    for (const { value } of this.#initialValues) {
      this.resources.values.release(value);
    }
  }
}

function createInitialValue(resources: RunResources, spec: SequenceStateSpec): TypedValue {
  const { values, library } = resources;
  const { datatype, shape, initialBytes, inputName } = spec;
  const elementType = elementTypeFromDatatype(datatype);
  const value = values.createAllocated(shape, elementType);
  try {
    if (elementType !== OrtElementType.String) {
      const zeros = new NativeBlock(elementCount(shape) * datatypeByteSize(datatype));
      copyToNative(values.dataAddress(value), initialBytes ?? zeros.bytes);
    } else if (initialBytes !== null) {
      const positions = new StringPositions();
      positions.addTensor(inputName, initialBytes, 0, elementCount(shape));
      fillStringTensor(library, value, {
        bytes: initialBytes,
        starts: positions.starts,
        byteSizes: positions.byteSizes,
      });
    }
  } catch (error) {
    values.release(value);
    throw error;
  }
  return { value, elementType, shape };
}
