import { datatypeByteSize, elementCount, StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import { copyFromNative, NativeBlock } from "../../ffi/native-memory.ts";
import { datatypeFromElementType, OrtElementType } from "../../ffi/ort/ort-element-type.ts";
import { readStringTensor } from "../../ffi/ort/ort-string-tensor.ts";
import type { BufferLease } from "../../memory/buffer-lease.ts";
import { type RunResources, STAGED_BYTES_MAX } from "./run-resources.ts";
import { packStrings } from "./string-elements.ts";

/** One output of a run with fixed input shapes. */
export interface OutputLayout {
  readonly name: string;
  readonly elementType: number;
}

/** An output as the model gave it, all rows of the batch together. */
export interface TakenOutput {
  /** The model's, before the configuration's reshape. */
  readonly shape: readonly number[];
  /** Packed; strings with their lengths. */
  readonly bytes: Uint8Array;
  /** Held once, for whoever takes the output; null for garbage-collected memory. */
  readonly lease: BufferLease | null;
}

/** Receives one output of a batch from ONNX Runtime, run after run. */
export interface OutputBinding {
  readonly layout: OutputLayout;
  /** The shape that the run will have to give, or null if it may give any. */
  readonly expectedShape: readonly number[] | null;
  /** Whether `prepare` gives the same value every time. */
  readonly isFixed: boolean;
  /** The value to write to, or 0 to have ONNX Runtime allocate one. `take` or `abandon` follows. */
  prepare(): bigint;
  /** After a successful run: whether the memory that was given holds the output. */
  readonly isWritten: boolean;
  /** After a successful run: the output, which is the caller's. */
  take(value: bigint): TakenOutput;
  /** Instead of `take`: after a failed run, or if the output cannot be taken. */
  abandon(value: bigint): void;
  close(): void;
}

/**
 * Put at the start of memory for an output, so that it shows whether the output was written there: ONNX Runtime hands an
 * input that is also an output through without copying it, and leaves the memory for it as it was.
 */
const UNWRITTEN = 0x5a_c3_96_e1;

/** Bytes of the mark. Smaller outputs are left to ONNX Runtime. */
const UNWRITTEN_BYTES = 4;

/** A binding for an output of fixed-size elements: for a known shape, if there is one and it is not tiny. */
export function createOutputBinding(
  resources: RunResources,
  layout: OutputLayout,
  shape: readonly number[] | null,
): OutputBinding {
  if (shape === null) {
    return new AllocatedOutput(resources, layout);
  }
  const datatype = datatypeFromElementType(layout.elementType);
  assert(datatype !== null && datatype !== "BYTES", "only fixed-size elements have known sizes");
  const byteSize = elementCount(shape) * datatypeByteSize(datatype);
  if (byteSize < UNWRITTEN_BYTES) {
    return new AllocatedOutput(resources, layout);
  }
  return byteSize <= STAGED_BYTES_MAX
    ? new StagedOutput(resources, layout, shape, byteSize)
    : new PooledOutput(resources, layout, shape, byteSize);
}

/** A small output: written to memory whose value is made once, copied from there. */
class StagedOutput implements OutputBinding {
  readonly isFixed = true;
  readonly layout: OutputLayout;
  readonly expectedShape: readonly number[];
  readonly #resources: RunResources;
  readonly #block: NativeBlock;
  readonly #mark: Uint32Array;
  readonly #value: bigint;

  constructor(
    resources: RunResources,
    layout: OutputLayout,
    shape: readonly number[],
    byteSize: number,
  ) {
    this.layout = layout;
    this.expectedShape = shape;
    this.#resources = resources;
    this.#block = new NativeBlock(byteSize);
    this.#mark = new Uint32Array(this.#block.bytes.buffer, 0, 1);
    this.#value = resources.values.createOverMemory(
      this.#block.address,
      byteSize,
      shape,
      layout.elementType,
    );
  }

  prepare(): bigint {
    this.#mark[0] = UNWRITTEN;
    return this.#value;
  }

  get isWritten(): boolean {
    return this.#mark[0] !== UNWRITTEN;
  }

  take(): TakenOutput {
    const { smallOutputs, copies } = this.#resources;
    const bytes = smallOutputs.copy(this.#block.bytes);
    copies.onOutput(bytes.byteLength);
    return { shape: this.expectedShape, bytes, lease: null };
  }

  abandon(): void {}

  close(): void {
    this.#resources.values.release(this.#value);
  }
}

/** A large output: written to a pooled buffer that goes to the response as it is. */
class PooledOutput implements OutputBinding {
  readonly isFixed = false;
  readonly layout: OutputLayout;
  readonly expectedShape: readonly number[];
  readonly #resources: RunResources;
  readonly #byteSize: number;
  #lease: BufferLease | null = null;
  #mark: Uint32Array | null = null;
  #value = 0n;

  constructor(
    resources: RunResources,
    layout: OutputLayout,
    shape: readonly number[],
    byteSize: number,
  ) {
    this.layout = layout;
    this.expectedShape = shape;
    this.#resources = resources;
    this.#byteSize = byteSize;
  }

  prepare(): bigint {
    assert(this.#lease === null, "an output is prepared once a run");
    const { buffers, values } = this.#resources;
    const lease = buffers.acquire(this.#byteSize);
    this.#lease = lease;
    this.#mark = new Uint32Array(lease.bytes.buffer, lease.bytes.byteOffset, 1);
    this.#mark[0] = UNWRITTEN;
    const { elementType } = this.layout;
    this.#value = values.createOverMemory(
      lease.address,
      this.#byteSize,
      this.expectedShape,
      elementType,
    );
    return this.#value;
  }

  get isWritten(): boolean {
    return this.#mark !== null && this.#mark[0] !== UNWRITTEN;
  }

  take(): TakenOutput {
    const lease = this.#lease;
    assert(lease !== null, "a prepared output is taken");
    this.#lease = null;
    this.#releaseValue();
    return { shape: this.expectedShape, bytes: lease.bytes, lease };
  }

  abandon(): void {
    this.#releaseValue();
    this.#lease?.release();
    this.#lease = null;
  }

  close(): void {
    assert(this.#lease === null, "no run outlives its output");
  }

  #releaseValue(): void {
    if (this.#value !== 0n) {
      this.#resources.values.release(this.#value);
      this.#value = 0n;
    }
  }
}

/** An output of which ONNX Runtime alone knows the size: allocated by it, copied once. */
class AllocatedOutput implements OutputBinding {
  readonly isFixed = false;
  readonly layout: OutputLayout;
  readonly expectedShape = null;
  readonly #resources: RunResources;

  constructor(resources: RunResources, layout: OutputLayout) {
    this.layout = layout;
    this.#resources = resources;
  }

  prepare(): bigint {
    return 0n;
  }

  get isWritten(): boolean {
    return true;
  }

  take(value: bigint): TakenOutput {
    assert(value !== 0n, "a successful run gives every output");
    try {
      return copyOutput(this.#resources, this.layout.name, value);
    } finally {
      this.#resources.values.release(value);
    }
  }

  abandon(value: bigint): void {
    if (value !== 0n) {
      this.#resources.values.release(value);
    }
  }

  close(): void {}
}

/** A copy of a value that ONNX Runtime has allocated. The value stays the caller's. */
export function copyOutput(resources: RunResources, name: string, value: bigint): TakenOutput {
  const { buffers, copies, library, values } = resources;
  const { elementType, shape } = values.typeAndShape(value);
  if (elementType === OrtElementType.String) {
    const content = readStringTensor(library, value, elementCount(shape));
    return { shape, bytes: packStrings(content), lease: null };
  }
  const datatype = datatypeFromElementType(elementType);
  if (datatype === null) {
    throw new TritonError(
      StatusCode.Internal,
      `output '${name}' has the element type ${elementType}, which cannot be served`,
    );
  }
  const byteSize = elementCount(shape) * datatypeByteSize(datatype);
  const lease = byteSize <= STAGED_BYTES_MAX ? null : buffers.acquire(byteSize);
  const bytes = lease === null ? new Uint8Array(new ArrayBuffer(byteSize)) : lease.bytes;
  if (byteSize > 0) {
    copyFromNative(values.dataAddress(value), bytes);
    copies.onOutput(byteSize);
  }
  return { shape, bytes, lease };
}
