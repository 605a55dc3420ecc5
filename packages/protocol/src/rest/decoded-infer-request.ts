import type { Datatype } from "../tensor/datatype.ts";

/** A request or response parameter: bigint is int64, number is double. */
export type ParameterValue = string | bigint | boolean | number;

/** The datatype of an input, or what Triton prints for a datatype that it does not know. */
export type WireDatatype = Datatype | "<invalid>";

/** Where a tensor lies in a registered shared-memory region. Offset and size are bytes, rounded above 2^53. */
export class SharedMemoryReference {
  readonly region: string;
  readonly offset: number;
  readonly byteSize: number;

  constructor(region: string, offset: number, byteSize: number) {
    this.region = region;
    this.offset = offset;
    this.byteSize = byteSize;
  }
}

/**
 * One input of an infer request.
 *
 * `shape` is as the client sent it (a dimension of 2^63 or more has wrapped to a negative one; above 2^53 it is rounded).
 * `bytes` is row-major, little-endian and packed, BYTES elements length-prefixed: a view of the request body for binary
 * inputs, memory of its own for JSON inputs, empty for shared memory. Its size has not been compared with `shape` where
 * the input came as binary.
 */
export class DecodedInput {
  readonly name: string;
  readonly datatype: WireDatatype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
  readonly sharedMemory: SharedMemoryReference | null;

  constructor(
    name: string,
    datatype: WireDatatype,
    shape: readonly number[],
    bytes: Uint8Array,
    sharedMemory: SharedMemoryReference | null,
  ) {
    this.name = name;
    this.datatype = datatype;
    this.shape = shape;
    this.bytes = bytes;
    this.sharedMemory = sharedMemory;
  }
}

/** One requested output and the form in which the client wants it. */
export class RequestedOutput {
  readonly name: string;
  /** Bytes after the JSON part instead of JSON numbers. False for shared memory. */
  readonly isBinary: boolean;
  /** Classes wanted; 0 returns the tensor itself. */
  readonly classCount: number;
  readonly sharedMemory: SharedMemoryReference | null;

  constructor(
    name: string,
    isBinary: boolean,
    classCount: number,
    sharedMemory: SharedMemoryReference | null,
  ) {
    this.name = name;
    this.isBinary = isBinary;
    this.classCount = classCount;
    this.sharedMemory = sharedMemory;
  }
}

/** An infer request as REST and gRPC carry it, before the model has been asked anything. */
export class DecodedInferRequest {
  /** Empty if the client gave none. */
  id = "";
  inputs: DecodedInput[] = [];
  /** Empty: every output of the model, as `isBinaryOutputDefault` says. */
  outputs: RequestedOutput[] = [];
  /** Parameters that are not Triton's own, in the client's order; null if there are none. */
  parameters: Map<string, ParameterValue> | null = null;
  /** 0n or "" outside a sequence. */
  correlationId: bigint | string = 0n;
  isSequenceStart = false;
  isSequenceEnd = false;
  /** 1 is the highest, 0 asks for the model's default; rounded above 2^53. */
  priority = 0;
  /** Microseconds, 0 leaves it to the model; rounded above 2^53. */
  timeoutUs = 0;
  /** How outputs that `outputs` does not list are returned. */
  isBinaryOutputDefault = false;
  /** True: the whole body is one nameless input; see `resolveRawInput`. */
  isRaw = false;
  /** gRPC streams only: whether a final flag without an answer is told to the client. */
  isEmptyFinalResponseEnabled = false;
}
