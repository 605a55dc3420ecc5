import { elementCount, StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { copyWithinNative, NativeBlock } from "../../ffi/native-memory.ts";
import { OrtElementType } from "../../ffi/ort/ort-element-type.ts";
import { fillStringTensor, readStringTensor } from "../../ffi/ort/ort-string-tensor.ts";
import type { BufferLease } from "../../memory/buffer-lease.ts";
import type { Batch } from "../../model/batch.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { InputBinding, InputLayout } from "./input-binding.ts";
import type { LoadedSession } from "./loaded-session.ts";
import { unknownInputError } from "./plan-layout.ts";
import { STAGED_BYTES_MAX } from "./run-resources.ts";
import { elementBytesOf, SequenceSlots, type StateMemory, type StateSlot } from "./state-memory.ts";
import { packStrings, StringPositions } from "./string-elements.ts";

/** The states of a request's sequence; those of no sequence for a null request or a warm-up. */
export function slotsOf(memory: StateMemory, request: InferenceRequest): readonly StateSlot[] {
  const { sequenceState } = request;
  if (sequenceState === null || request.isNull) {
    return memory.initial;
  }
  assert(sequenceState instanceof SequenceSlots, "a sequence's state is of its model's making");
  return sequenceState.slots;
}

/** The states whose shapes a batch has: those of its first request that is in a sequence. */
export function leadingSlots(
  memory: StateMemory,
  requests: readonly InferenceRequest[],
): readonly StateSlot[] {
  for (const request of requests) {
    if (!request.isNull) {
      return slotsOf(memory, request);
    }
  }
  return memory.initial;
}

/**
 * The states of a batch as inputs, but for those that its requests bring themselves, as warm-ups may. In a batch of several
 * requests all sequences have states of one shape.
 *
 * @throws {TritonError} Internal for a state that the model does not have
 */
export function stateLayouts(
  memory: StateMemory,
  session: LoadedSession,
  batch: Batch,
): { readonly layout: InputLayout; readonly stateIndex: number }[] {
  const [first] = batch.requests;
  const given = new Set(
    [...(first?.inputs ?? []), ...(first?.overrideInputs ?? [])].map((tensor) => tensor.name),
  );
  const slots = leadingSlots(memory, batch.requests);
  return memory.specs.flatMap(({ inputName }, stateIndex) => {
    const slot = slots[stateIndex];
    const info = session.inputsByName.get(inputName);
    if (info === undefined) {
      throw unknownInputError(inputName);
    }
    if (slot === undefined || given.has(inputName)) {
      return [];
    }
    const isBatch = batch.requests.length > 1;
    const rows = isBatch ? [batch.size, ...slot.shape.slice(1)] : slot.shape;
    const shape = info.shape.length === 0 ? [] : rows;
    const layout: InputLayout = {
      name: inputName,
      index: stateIndex,
      isOverride: true,
      elementType: slot.elementType,
      elementBytes: elementBytesOf(slot.elementType),
      shape,
      elementCount: elementCount(shape),
      filler: null,
    };
    return [{ layout, stateIndex }];
  });
}

/**
 * A state as an input. A single sequence's is bound where it is; those of several are put together, one native copy each.
 */
export class StateInput implements InputBinding {
  readonly isFixed = false;
  readonly #memory: StateMemory;
  readonly #layout: InputLayout;
  readonly #index: number;
  /** For small states of several sequences: memory whose value is made once. */
  #block: { readonly memory: NativeBlock; readonly value: bigint } | null = null;
  /** Made for one run, to be released after it; 0 if the run's value belongs to somebody else. */
  #value = 0n;
  #lease: BufferLease | null = null;

  constructor(memory: StateMemory, layout: InputLayout, stateIndex: number) {
    this.#memory = memory;
    this.#layout = layout;
    this.#index = stateIndex;
  }

  stage(requests: readonly InferenceRequest[]): bigint {
    assert(this.#value === 0n, "an input is staged once a run");
    const [first] = requests;
    assert(first !== undefined, "a batch has requests");
    if (requests.length === 1 && this.#layout.shape.length > 0) {
      return this.#slotOf(first).value;
    }
    return this.#layout.elementType === OrtElementType.String
      ? this.#gatherStrings(requests)
      : this.#gather(requests);
  }

  unstage(): void {
    if (this.#value !== 0n) {
      this.#memory.resources.values.release(this.#value);
      this.#value = 0n;
    }
    this.#lease?.release();
    this.#lease = null;
  }

  close(): void {
    assert(this.#value === 0n, "no run outlives its input");
    if (this.#block !== null) {
      this.#memory.resources.values.release(this.#block.value);
      this.#block = null;
    }
  }

  #slotOf(request: InferenceRequest): StateSlot {
    const slot = slotsOf(this.#memory, request)[this.#index];
    assert(slot !== undefined, "every sequence has every state");
    return slot;
  }

  #gather(requests: readonly InferenceRequest[]): bigint {
    const { name, elementType, elementBytes, elementCount: count, shape } = this.#layout;
    const { values, buffers } = this.#memory.resources;
    const byteSize = count * elementBytes;
    if (byteSize > STAGED_BYTES_MAX) {
      this.#lease = buffers.acquire(byteSize);
      this.#fill(requests, this.#lease);
      const { address } = this.#lease;
      this.#value = values.createOverMemory(address, byteSize, shape, elementType);
      return this.#value;
    }
    if (this.#block === null) {
      const memory = new NativeBlock(byteSize);
      const value = values.createOverMemory(memory.address, byteSize, shape, elementType);
      this.#block = { memory, value };
    }
    assert(this.#block.memory.bytes.byteLength === byteSize, `state '${name}' keeps its size`);
    this.#fill(requests, this.#block.memory);
    return this.#block.value;
  }

  /** Rows of null requests are zeros: what they hold must not make the others' run fail. */
  #fill(
    requests: readonly InferenceRequest[],
    target: { readonly address: bigint; readonly bytes: Uint8Array },
  ): void {
    const { shape, elementBytes, elementType, name } = this.#layout;
    const { copies } = this.#memory.resources;
    const rowBytes = target.bytes.byteLength / Math.max(1, shape[0] ?? 1);
    // Of a scalar the model gets the first sequence's, as of other inputs.
    const count = shape.length === 0 ? 1 : requests.length;
    for (let row = 0; row < count; row++) {
      const request = requests[row];
      assert(request !== undefined, "an index inside the list");
      const offset = row * rowBytes;
      if (request.isNull) {
        target.bytes.fill(0, offset, offset + rowBytes);
        continue;
      }
      const slot = this.#slotOf(request);
      const ownBytes = elementCount(slot.shape) * elementBytes;
      if (slot.elementType !== elementType || ownBytes < rowBytes) {
        throw stateMismatch(name);
      }
      copyWithinNative(target.address + BigInt(offset), slot.address, rowBytes);
      copies.onInput(rowBytes);
    }
  }

  #gatherStrings(requests: readonly InferenceRequest[]): bigint {
    const { name, shape, elementCount: count } = this.#layout;
    const { library, values } = this.#memory.resources;
    const rowCount = shape.length === 0 ? 1 : count / requests.length;
    const taken = shape.length === 0 ? requests.slice(0, 1) : requests;
    const rows = taken.map((request) => {
      const slot = this.#slotOf(request);
      const slotCount = elementCount(slot.shape);
      if (request.isNull) {
        return new Uint8Array(rowCount * EMPTY_STRING_BYTES);
      }
      if (slot.elementType !== OrtElementType.String || slotCount !== rowCount) {
        throw stateMismatch(name);
      }
      return packStrings(readStringTensor(library, slot.value, slotCount));
    });
    const bytes = Buffer.concat(rows);
    const positions = new StringPositions();
    positions.addTensor(name, bytes, 0, count);
    const value = values.createAllocated(shape, OrtElementType.String);
    this.#value = value;
    fillStringTensor(library, value, {
      bytes,
      starts: positions.starts,
      byteSizes: positions.byteSizes,
    });
    return value;
  }
}

/** Bytes of an empty element of a packed BYTES tensor: its length. */
const EMPTY_STRING_BYTES = 4;

/** Batches are parted by their states' shapes before they run, so this is for what that has missed. */
function stateMismatch(name: string): TritonError {
  return new TritonError(
    StatusCode.Internal,
    `state '${name}' has another type or shape in one of the batch's sequences than in the others`,
  );
}
