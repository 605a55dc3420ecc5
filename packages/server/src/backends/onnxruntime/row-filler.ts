import { elementCount, StatusCode, TritonError } from "@nereid/protocol";
import { encodeOne } from "../../config/padding-value.ts";
import {
  type MaskInput,
  type PaddedDimension,
  type PaddedInput,
  paddedSize,
} from "../../model/padding-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import type { Tensor } from "../../model/tensor.ts";
import { copyCorner, fillElements } from "./array-corner.ts";
import type { CopyStatistics } from "./copy-statistics.ts";

/** Bytes to which an input of a batch may be padded. */
export const PADDED_BYTES_MAX: number = 2 ** 31;

/** Makes an input of a batch that is not simply its requests' rows one after the other. */
export interface RowFiller {
  /** Whether the input of one request is used where it is. */
  isExact(request: InferenceRequest): boolean;
  /** Writes all of `target`, which has all rows. */
  fill(requests: readonly InferenceRequest[], target: Uint8Array, copies: CopyStatistics): void;
}

/** The request's tensor for a padded input. */
export function paddedTensorOf(request: InferenceRequest, name: string): Tensor {
  const tensor = request.inputs.find((candidate) => candidate.name === name);
  if (tensor === undefined) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `${request.logPrefix}input '${name}', which is padded, is not in the request`,
    );
  }
  return tensor;
}

/** The size that a dimension has in a request, before it is padded. */
export function sizeInRequest(
  request: InferenceRequest,
  { input, index }: PaddedDimension,
): number {
  return paddedTensorOf(request, input).shape[index + 1] ?? 0;
}

/** @throws {TritonError} InvalidArg if the input of the batch would be too large */
export function checkPaddedByteSize(
  name: string,
  shape: readonly number[],
  elementBytes: number,
): void {
  const byteSize = elementCount(shape) * elementBytes;
  if (byteSize > PADDED_BYTES_MAX) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `input '${name}' would be padded to ${byteSize} bytes, ${PADDED_BYTES_MAX} are allowed`,
    );
  }
}

/** Every request's rows, padded to one shape. */
export class PaddedRows implements RowFiller {
  readonly #input: PaddedInput;
  /** Of one row, padded. */
  readonly #rowShape: readonly number[];
  readonly #elementBytes: number;

  constructor(input: PaddedInput, rowShape: readonly number[]) {
    this.#input = input;
    this.#rowShape = rowShape;
    this.#elementBytes = input.value.byteLength;
  }

  isExact(request: InferenceRequest): boolean {
    const { shape } = paddedTensorOf(request, this.#input.name);
    for (let index = 1; index < shape.length; index++) {
      if (shape[index] !== this.#rowShape[index - 1]) {
        return false;
      }
    }
    return true;
  }

  fill(requests: readonly InferenceRequest[], target: Uint8Array, copies: CopyStatistics): void {
    const rowBytes = elementCount(this.#rowShape) * this.#elementBytes;
    let offset = 0;
    for (const request of requests) {
      const { bytes, shape } = paddedTensorOf(request, this.#input.name);
      const rowCount = shape[0] ?? 0;
      const part = target.subarray(offset, offset + rowCount * rowBytes);
      if (!this.isExact(request)) {
        fillElements(part, this.#input.value);
      }
      const padded = { bytes: part, shape: [rowCount, ...this.#rowShape] };
      copyCorner({ bytes, shape }, padded, { shape, elementBytes: this.#elementBytes });
      copies.onInput(bytes.byteLength);
      offset += part.byteLength;
    }
  }
}

/** A mask: ones for a request's own elements, zeros behind them. */
export class MaskRows implements RowFiller {
  readonly #source: PaddedDimension;
  readonly #size: number;
  readonly #one: Uint8Array;

  /** @param size of a row, padded */
  constructor({ source, datatype }: MaskInput, size: number) {
    this.#source = source;
    this.#size = size;
    this.#one = encodeOne(datatype);
  }

  isExact(): boolean {
    return false;
  }

  fill(requests: readonly InferenceRequest[], target: Uint8Array): void {
    const elementBytes = this.#one.byteLength;
    const rowBytes = this.#size * elementBytes;
    target.fill(0);
    let offset = 0;
    for (const request of requests) {
      const ownBytes = sizeInRequest(request, this.#source) * elementBytes;
      for (let row = 0; row < request.batchSize; row++) {
        fillElements(target.subarray(offset, offset + ownBytes), this.#one);
        offset += rowBytes;
      }
    }
  }
}

/** The size of a mask's rows for requests like `request`. */
export function maskSize(
  { source }: MaskInput,
  inputs: ReadonlyMap<string, PaddedInput>,
  request: InferenceRequest,
): number {
  const rule = inputs.get(source.input)?.rules[source.index] ?? null;
  return paddedSize(rule, sizeInRequest(request, source));
}
