import type { GrpcParameter } from "./decoded-grpc-infer-request.ts";
import { TensorTag } from "./infer-tags.ts";
import { ContentsReader } from "./read-contents.ts";
import { readParameterEntry } from "./read-parameters.ts";
import type { WireReader } from "./wire-reader.ts";

/**
 * The fields of an InferInputTensor or InferOutputTensor while it is read.
 *
 * @internal
 */
export class TensorReader {
  name = "";
  datatype = "";
  readonly shape: number[] = [];
  parameters: Map<string, GrpcParameter> | null = null;
  contents: ContentsReader | null = null;

  /** Reads to the end of the message that `reader` is in. */
  read(reader: WireReader): void {
    while (reader.position < reader.end) {
      const tag = reader.readTag();
      switch (tag) {
        case TensorTag.Name:
          this.name = reader.readName();
          break;
        case TensorTag.Datatype:
          this.datatype = reader.readName();
          break;
        case TensorTag.Shape:
          this.#readShape(reader);
          break;
        case TensorTag.ShapeUnpacked:
          this.shape.push(reader.readInt64());
          break;
        case TensorTag.Parameters:
          this.parameters = readParameterEntry(reader, this.parameters);
          break;
        case TensorTag.Contents:
          this.contents ??= new ContentsReader();
          this.contents.read(reader);
          break;
        default:
          reader.skip(tag);
      }
    }
  }

  #readShape(reader: WireReader): void {
    const outerEnd = reader.enter();
    while (reader.position < reader.end) {
      this.shape.push(reader.readInt64());
    }
    reader.leave(outerEnd);
  }
}
