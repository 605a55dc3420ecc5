import { elementCount, StatusCode, TritonError, tritonErrorFrom } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { addressOf, NativeBlock } from "../../ffi/native-memory.ts";
import { OrtElementType } from "../../ffi/ort/ort-element-type.ts";
import { fillStringTensor } from "../../ffi/ort/ort-string-tensor.ts";
import type { BufferLease } from "../../memory/buffer-lease.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { Tensor } from "../../model/tensor.ts";
import type { RowFiller } from "./row-filler.ts";
import type { RunErrors } from "./run-errors.ts";
import { type RunResources, STAGED_BYTES_MAX } from "./run-resources.ts";
import { StringPositions } from "./string-elements.ts";

/** One input of a run with fixed shapes. */
export interface InputLayout {
  readonly name: string;
  /** Where requests have it, most likely. */
  readonly index: number;
  /** Whether it is among the inputs that the scheduler adds to a request. */
  readonly isOverride: boolean;
  readonly elementType: number;
  /** 0 for strings. */
  readonly elementBytes: number;
  /** What the model sees: all rows of the batch, reshaped. */
  readonly shape: readonly number[];
  /** Of a scalar 1, however many rows the batch has: the model gets the first, as in Triton. */
  readonly elementCount: number;
  /** Makes what requests do not have as the model wants it; null for their rows as they are. */
  readonly filler: RowFiller | null;
}

/** Brings one input of a batch to ONNX Runtime, run after run. */
export interface InputBinding {
  /** Whether `stage` gives the same value every time. */
  readonly isFixed: boolean;
  /** The value for this run, made from all requests' rows one after the other. `unstage` follows. */
  stage(requests: readonly InferenceRequest[], errors: RunErrors): bigint;
  /** After the run: lets go of what `stage` took. */
  unstage(): void;
  close(): void;
}

/** The binding that suits the input's size and type. */
export function createInputBinding(resources: RunResources, layout: InputLayout): InputBinding {
  if (layout.elementType === OrtElementType.String) {
    return new StringInput(resources, layout);
  }
  return layout.elementCount * layout.elementBytes <= STAGED_BYTES_MAX
    ? new StagedInput(resources, layout)
    : new BorrowedInput(resources, layout);
}

/** The request's tensor for an input. The engine has checked that it is there, or the scheduler has added it. */
function tensorOf(request: InferenceRequest, layout: InputLayout): Tensor {
  const tensors = layout.isOverride ? request.overrideInputs : request.inputs;
  const likely = tensors?.[layout.index];
  const tensor =
    likely?.name === layout.name
      ? likely
      : tensors?.find((candidate) => candidate.name === layout.name);
  assert(tensor !== undefined, `the request has input '${layout.name}'`);
  return tensor;
}

/** Copies the rows of all requests to `target`, which they fill exactly. */
function gather(
  { copies }: RunResources,
  requests: readonly InferenceRequest[],
  layout: InputLayout,
  target: Uint8Array,
): void {
  if (layout.filler !== null) {
    layout.filler.fill(requests, target, copies);
    return;
  }
  let offset = 0;
  for (const request of requests) {
    const { bytes } = tensorOf(request, layout);
    if (offset + bytes.byteLength <= target.byteLength) {
      target.set(bytes, offset);
      copies.onInput(bytes.byteLength);
    }
    offset += bytes.byteLength;
  }
  checkByteSize(layout, offset, target.byteLength);
}

/** The engine has checked this too; here memory is at stake. Of a scalar's rows all but the first are left out. */
function checkByteSize(layout: InputLayout, byteSize: number, expected: number): void {
  if (byteSize !== expected && (layout.shape.length > 0 || byteSize < expected)) {
    throw new TritonError(
      StatusCode.Internal,
      `input '${layout.name}' has ${byteSize} bytes in all, but its shapes ask for ${expected}`,
    );
  }
}

/** A small input: copied to memory whose value is made once. */
class StagedInput implements InputBinding {
  readonly isFixed = true;
  readonly #resources: RunResources;
  readonly #layout: InputLayout;
  readonly #block: NativeBlock;
  readonly #value: bigint;

  constructor(resources: RunResources, layout: InputLayout) {
    this.#resources = resources;
    this.#layout = layout;
    this.#block = new NativeBlock(layout.elementCount * layout.elementBytes);
    this.#value = resources.values.createOverMemory(
      this.#block.address,
      this.#block.bytes.byteLength,
      layout.shape,
      layout.elementType,
    );
  }

  stage(requests: readonly InferenceRequest[]): bigint {
    gather(this.#resources, requests, this.#layout, this.#block.bytes);
    return this.#value;
  }

  unstage(): void {}

  close(): void {
    this.#resources.values.release(this.#value);
  }
}

/**
 * A large input: used where the request has it, which the run holds until `unstage`; several requests' rows are put
 * together in pooled memory.
 */
class BorrowedInput implements InputBinding {
  readonly isFixed = false;
  readonly #resources: RunResources;
  readonly #layout: InputLayout;
  readonly #byteSize: number;
  #value = 0n;
  #lease: BufferLease | null = null;

  constructor(resources: RunResources, layout: InputLayout) {
    this.#resources = resources;
    this.#layout = layout;
    this.#byteSize = layout.elementCount * layout.elementBytes;
  }

  stage(requests: readonly InferenceRequest[]): bigint {
    assert(this.#value === 0n, "an input is staged once a run");
    const address = this.#borrow(requests) ?? this.#gather(requests);
    const { shape, elementType } = this.#layout;
    this.#value = this.#resources.values.createOverMemory(
      address,
      this.#byteSize,
      shape,
      elementType,
    );
    return this.#value;
  }

  unstage(): void {
    if (this.#value !== 0n) {
      this.#resources.values.release(this.#value);
      this.#value = 0n;
    }
    this.#lease?.release();
    this.#lease = null;
  }

  close(): void {
    assert(this.#value === 0n, "no run outlives its input");
  }

  /** The address of a single request's bytes, or null if they must be copied: several requests, padded, or badly aligned. */
  #borrow(requests: readonly InferenceRequest[]): bigint | null {
    const [request] = requests;
    if (request === undefined || requests.length !== 1) {
      return null;
    }
    if (this.#layout.filler?.isExact(request) === false) {
      return null;
    }
    const { bytes } = tensorOf(request, this.#layout);
    checkByteSize(this.#layout, bytes.byteLength, this.#byteSize);
    const address = addressOf(bytes);
    if (address % BigInt(this.#layout.elementBytes) !== 0n) {
      return null;
    }
    return address;
  }

  #gather(requests: readonly InferenceRequest[]): bigint {
    this.#lease = this.#resources.buffers.acquire(this.#byteSize);
    gather(this.#resources, requests, this.#layout, this.#lease.bytes);
    return this.#lease.address;
  }
}

/** Strings: ONNX Runtime keeps them in memory of its own, so a value is made and filled for every run. */
class StringInput implements InputBinding {
  readonly isFixed = false;
  readonly #resources: RunResources;
  readonly #layout: InputLayout;
  #value = 0n;

  constructor(resources: RunResources, layout: InputLayout) {
    this.#resources = resources;
    this.#layout = layout;
  }

  stage(requests: readonly InferenceRequest[], errors: RunErrors): bigint {
    assert(this.#value === 0n, "an input is staged once a run");
    const { values, library } = this.#resources;
    const bytes = this.#bytesOf(requests);
    const positions = this.#positionsIn(bytes, requests, errors);
    this.#value = values.createAllocated(this.#layout.shape, OrtElementType.String);
    const { starts, byteSizes } = positions;
    assert(
      starts.length === this.#layout.elementCount,
      "as many strings as the shape has elements",
    );
    fillStringTensor(library, this.#value, { bytes, starts, byteSizes });
    return this.#value;
  }

  unstage(): void {
    if (this.#value !== 0n) {
      this.#resources.values.release(this.#value);
      this.#value = 0n;
    }
  }

  close(): void {
    assert(this.#value === 0n, "no run outlives its input");
  }

  #bytesOf(requests: readonly InferenceRequest[]): Uint8Array {
    const [request] = requests;
    if (request !== undefined && requests.length === 1) {
      return tensorOf(request, this.#layout).bytes;
    }
    return Buffer.concat(requests.map((each) => tensorOf(each, this.#layout).bytes));
  }

  /** A request whose strings are broken fails alone: the others run with empty strings in its place, as in Triton. */
  #positionsIn(
    bytes: Uint8Array,
    requests: readonly InferenceRequest[],
    errors: RunErrors,
  ): StringPositions {
    const positions = new StringPositions();
    let offset = 0;
    requests.forEach((request, index) => {
      const tensor = tensorOf(request, this.#layout);
      const count = elementCount(tensor.shape);
      try {
        positions.addTensor(tensor.name, tensor.bytes, offset, count);
      } catch (error) {
        errors.fail(index, tritonErrorFrom(error));
        positions.addEmpty(count, bytes.byteLength);
      }
      offset += tensor.bytes.byteLength;
    });
    if (this.#layout.shape.length === 0) {
      positions.keepFirst(this.#layout.elementCount);
    }
    return positions;
  }
}
