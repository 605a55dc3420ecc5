import type { InferResponseModel } from "../rest/infer-response-template.ts";
import type { Datatype } from "../tensor/datatype.ts";
import { ResponseTag, TensorTag } from "./infer-tags.ts";
import { textFieldSize, writeTextField } from "./wire-writer.ts";

/** What all responses of one model version have in common, as bytes. Build it once, when the version becomes ready. */
export class GrpcResponseTemplate {
  readonly isBatching: boolean;
  /** The fields model_name and model_version. @internal */
  readonly modelFields: Uint8Array;
  readonly #labelsByOutput: ReadonlyMap<string, readonly string[] | null>;
  readonly #outputHeads = new Map<string, OutputHead>();

  constructor(model: InferResponseModel) {
    this.isBatching = model.batchSizeMax > 0;
    this.modelFields = textFields(
      [ResponseTag.ModelName, model.name],
      [ResponseTag.ModelVersion, model.versionText],
    );
    this.#labelsByOutput = new Map(model.outputs.map(({ name, labels }) => [name, labels]));
  }

  /** The labels of an output, or null. */
  labelsOf(outputName: string): readonly string[] | null {
    return this.#labelsByOutput.get(outputName) ?? null;
  }

  /**
   * The fields name and datatype of an output: kept for the model's own outputs.
   *
   * @internal
   */
  outputHead(name: string, datatype: Datatype): Uint8Array {
    const kept = this.#outputHeads.get(name);
    if (kept?.datatype === datatype) {
      return kept.bytes;
    }
    const bytes = textFields([TensorTag.Name, name], [TensorTag.Datatype, datatype]);
    if (this.#labelsByOutput.has(name)) {
      this.#outputHeads.set(name, { datatype, bytes });
    }
    return bytes;
  }
}

interface OutputHead {
  readonly datatype: Datatype;
  readonly bytes: Uint8Array;
}

function textFields(...fields: readonly (readonly [tag: number, text: string])[]): Uint8Array {
  const size = fields.reduce((sum, [, text]) => sum + textFieldSize(text), 0);
  const bytes = new Uint8Array(size);
  let position = 0;
  for (const [tag, text] of fields) {
    position = writeTextField(bytes, position, tag, text);
  }
  return bytes;
}
