import type { Datatype } from "../tensor/datatype.ts";
import { ByteWriter } from "./byte-writer.ts";
import { writeAscii, writeJsonText } from "./json-writer.ts";

/** What a response encoder must know of a model version. The server's ModelSpec is one. */
export interface InferResponseModel {
  readonly name: string;
  /** The version in decimal. */
  readonly versionText: string;
  /** Above 0 the first dimension of an output is the batch. */
  readonly batchSizeMax: number;
  readonly outputs: readonly {
    readonly name: string;
    /** One label a class index, or null. */
    readonly labels: readonly string[] | null;
  }[];
}

const INITIAL_SIZE = 256;

/** What all responses of one model version have in common, as bytes. Build it once, when the version becomes ready. */
export class InferResponseTemplate {
  readonly modelName: string;
  readonly isBatching: boolean;
  /** `"model_name":"<name>","model_version":"<version>"`. @internal */
  readonly modelMembers: Uint8Array;
  readonly #labelsByOutput: ReadonlyMap<string, readonly string[] | null>;
  readonly #outputHeads = new Map<string, OutputHead>();

  constructor(model: InferResponseModel) {
    this.modelName = model.name;
    this.isBatching = model.batchSizeMax > 0;
    this.modelMembers = bytesOf((writer) => {
      writeAscii(writer, '"model_name":');
      writeJsonText(writer, model.name);
      writeAscii(writer, ',"model_version":');
      writeJsonText(writer, model.versionText);
    });
    this.#labelsByOutput = new Map(model.outputs.map(({ name, labels }) => [name, labels]));
  }

  /** The labels of an output, or null. */
  labelsOf(outputName: string): readonly string[] | null {
    return this.#labelsByOutput.get(outputName) ?? null;
  }

  /**
   * `{"name":"<name>","datatype":"<datatype>","shape":[`: kept for the model's own outputs.
   *
   * @internal
   */
  outputHead(name: string, datatype: Datatype): Uint8Array {
    const kept = this.#outputHeads.get(name);
    if (kept?.datatype === datatype) {
      return kept.bytes;
    }
    const bytes = bytesOf((writer) => {
      writeAscii(writer, '{"name":');
      writeJsonText(writer, name);
      writeAscii(writer, `,"datatype":"${datatype}","shape":[`);
    });
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

function bytesOf(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter(INITIAL_SIZE);
  write(writer);
  return writer.bytes.slice(0, writer.position);
}
