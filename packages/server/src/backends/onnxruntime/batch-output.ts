import { datatypeByteSize, elementCount, StatusCode, TritonError } from "@nereid/protocol";
import { assert } from "../../base/assert.ts";
import type { BatchOutputSpec } from "../../model/batching-spec.ts";
import type { ModelSpec, OutputSpec } from "../../model/model-spec.ts";
import type { InferenceRequest } from "../../model/request.ts";
import { clientDims, modelDims } from "../../model/reshape.ts";
import { Tensor } from "../../model/tensor.ts";
import type { TakenOutput } from "./output-binding.ts";
import type { OutputCursor } from "./responses.ts";
import { packedByteSize } from "./string-elements.ts";

/**
 * Walks over an output whose parts are as large as an input of their requests: `BATCH_SCATTER_WITH_INPUT_SHAPE`. Only its
 * elements count, its own shape does not.
 *
 * @see triton-inference-server/backend src/backend_output_responder.cc, ProcessBatchOutput
 */
export class InputShapedCursor implements OutputCursor {
  readonly #model: ModelSpec;
  readonly #spec: OutputSpec;
  readonly #cut: BatchOutputSpec;
  readonly #output: TakenOutput;
  #position = 0;

  constructor(model: ModelSpec, spec: OutputSpec, cut: BatchOutputSpec, output: TakenOutput) {
    this.#model = model;
    this.#spec = spec;
    this.#cut = cut;
    this.#output = output;
  }

  get name(): string {
    return this.#spec.name;
  }

  next(request: InferenceRequest, isWanted: boolean): Tensor | null {
    const { bytes, lease } = this.#output;
    const { datatype, name } = this.#spec;
    const shape = this.#shapeOf(request);
    const position = this.#position;
    const count = elementCount(shape);
    const byteSize =
      datatype === "BYTES"
        ? packedByteSize(bytes, position, count)
        : count * datatypeByteSize(datatype);
    this.#position = position + byteSize;
    if (this.#position > bytes.byteLength) {
      // The real server reads what lies behind the output.
      throw new TritonError(
        StatusCode.Unsupported,
        `${request.logPrefix}failed to split the output tensor '${name}' in responses: expected at least ` +
          `${this.#position} bytes in model output, got ${bytes.byteLength}`,
      );
    }
    if (!isWanted) {
      return null;
    }
    lease?.retain();
    const view = bytes.subarray(position, position + byteSize);
    return new Tensor(name, datatype, this.#clientShape(shape), view, lease);
  }

  /** The configured shape, with the size that the input has wherever that leaves one open. */
  #shapeOf(request: InferenceRequest): readonly number[] {
    const { sourceInput } = this.#cut;
    const input = this.#model.inputsByName.get(sourceInput);
    const tensor = request.inputs.find(({ name }) => name === sourceInput);
    assert(input !== undefined, "a source is an input of the model");
    const given = tensor?.shape ?? [];
    const isBatched = this.#model.batchSizeMax > 0;
    const source = isBatched
      ? [request.batchSize, ...modelDims(input, given.slice(1))]
      : modelDims(input, given);
    const dims = this.#spec.reshape ?? this.#spec.dims;
    const shape = isBatched ? [-1, ...dims] : dims;
    return shape.map((dim, index) => (dim === -1 ? (source[index] ?? 0) : dim));
  }

  #clientShape(shape: readonly number[]): readonly number[] {
    return this.#model.batchSizeMax > 0
      ? [...shape.slice(0, 1), ...clientDims(this.#spec, shape.slice(1))]
      : clientDims(this.#spec, shape);
  }
}
