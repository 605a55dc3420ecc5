import type { ParameterValue } from "../rest/decoded-infer-request.ts";
import type { ResponseTensor } from "../rest/encode-infer-response.ts";
import type { GrpcResponseTemplate } from "./grpc-response-template.ts";
import { ResponseTag, StreamResponseTag, TensorTag } from "./infer-tags.ts";
import {
  shapeSize,
  sizedFieldSize,
  textFieldSize,
  varintSize,
  writeBytes,
  writeShapeField,
  writeSizedHead,
  writeTextField,
} from "./wire-writer.ts";
import { parametersSize, writeParameters } from "./write-parameters.ts";

/** What a response message says. */
export interface InferResponseFields {
  readonly template: GrpcResponseTemplate;
  /** Empty for none. */
  readonly id: string;
  readonly parameters: ReadonlyMap<string, ParameterValue> | null;
  /** In the form in which they travel: classes made, no bytes for what lies in shared memory. */
  readonly outputs: readonly ResponseTensor[];
}

/**
 * A ModelInferResponse, or a ModelStreamInferResponse that holds one, with its sizes.
 *
 * Invariant: the fields stay as they are from construction, where the sizes are counted, until the message is written.
 *
 * @internal
 */
export class InferResponseMessage {
  readonly byteSize: number;
  readonly headSize: number;
  readonly #fields: InferResponseFields;
  /** Bytes of the ModelInferResponse by itself. */
  readonly #innerSize: number;
  readonly #finalField: Uint8Array | null;

  /** @param finalField a parameter field to add, for a response on a stream; null for one that is not */
  constructor(fields: InferResponseFields, finalField: Uint8Array | null) {
    const { template, outputs } = fields;
    let headSize =
      template.modelFields.byteLength +
      textFieldSize(fields.id) +
      parametersSize(fields.parameters);
    let contentSize = 0;
    for (let index = 0; index < outputs.length; index++) {
      // In range by the loop's bound.
      const output = outputs[index] as ResponseTensor;
      const { byteLength } = output.bytes;
      headSize += sizedFieldSize(outputSize(template, output)) + 1 + varintSize(byteLength);
      contentSize += byteLength;
    }
    this.#fields = fields;
    if (finalField !== null) {
      headSize += finalField.byteLength;
    }
    this.#finalField = finalField;
    this.#innerSize = headSize + contentSize;
    this.headSize = headSize + (finalField === null ? 0 : 1 + varintSize(this.#innerSize));
    this.byteSize = this.headSize + contentSize;
  }

  writeWhole(target: Uint8Array, position: number): number {
    const { outputs } = this.#fields;
    let end = this.#writeDescription(target, position);
    for (let index = 0; index < outputs.length; index++) {
      // In range by the loop's bound.
      const { bytes } = outputs[index] as ResponseTensor;
      end = writeSizedHead(target, end, ResponseTag.RawOutputContents, bytes.byteLength);
      end = writeBytes(target, end, bytes);
    }
    return end;
  }

  writeParts(target: Uint8Array, position: number): Uint8Array[] {
    const parts: Uint8Array[] = [];
    let start = position;
    let end = this.#writeDescription(target, position);
    for (const { bytes } of this.#fields.outputs) {
      end = writeSizedHead(target, end, ResponseTag.RawOutputContents, bytes.byteLength);
      if (bytes.byteLength > 0) {
        parts.push(target.subarray(start, end), bytes);
        start = end;
      }
    }
    if (start < end || parts.length === 0) {
      parts.push(target.subarray(start, end));
    }
    return parts;
  }

  /** Writes everything in front of the outputs' contents. */
  #writeDescription(target: Uint8Array, position: number): number {
    const { template, id, parameters, outputs } = this.#fields;
    let end = position;
    const finalField = this.#finalField;
    if (finalField !== null) {
      end = writeSizedHead(target, end, StreamResponseTag.InferResponse, this.#innerSize);
    }
    end = writeBytes(target, end, template.modelFields);
    end = writeTextField(target, end, ResponseTag.Id, id);
    end = writeParameters(target, end, ResponseTag.Parameters, parameters);
    if (finalField !== null) {
      end = writeBytes(target, end, finalField);
    }
    for (let index = 0; index < outputs.length; index++) {
      // In range by the loop's bound.
      const output = outputs[index] as ResponseTensor;
      const { name, datatype, shape } = output;
      const size = outputSize(template, output);
      end = writeSizedHead(target, end, ResponseTag.Outputs, size);
      end = writeBytes(target, end, template.outputHead(name, datatype));
      end = writeShapeField(target, end, TensorTag.Shape, shape, shapeSize(shape));
    }
    return end;
  }
}

function outputSize(template: GrpcResponseTemplate, output: ResponseTensor): number {
  const dimensionsSize = shapeSize(output.shape);
  const headSize = template.outputHead(output.name, output.datatype).byteLength;
  return headSize + (dimensionsSize === 0 ? 0 : sizedFieldSize(dimensionsSize));
}
