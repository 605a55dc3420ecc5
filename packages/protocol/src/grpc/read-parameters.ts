import { GrpcParameter, GrpcParameterKind } from "./decoded-grpc-infer-request.ts";
import { MapEntryTag, ParameterTag } from "./infer-tags.ts";
import type { WireReader } from "./wire-reader.ts";

const NO_PARAMETER = new GrpcParameter(GrpcParameterKind.None, null);

/**
 * Reads the entry that is next, behind its tag, into `parameters`, which is made if it is null. What an entry lacks is the
 * empty name or a parameter without a value; of entries with one name the last counts.
 *
 * @internal
 */
export function readParameterEntry(
  reader: WireReader,
  parameters: Map<string, GrpcParameter> | null,
): Map<string, GrpcParameter> {
  const outerEnd = reader.enter();
  let name = "";
  let parameter = NO_PARAMETER;
  while (reader.position < reader.end) {
    const tag = reader.readTag();
    if (tag === MapEntryTag.Key) {
      name = reader.readName();
    } else if (tag === MapEntryTag.Value) {
      parameter = readParameter(reader, parameter);
    } else {
      reader.skip(tag);
    }
  }
  reader.leave(outerEnd);
  const result = parameters ?? new Map<string, GrpcParameter>();
  result.set(name, parameter);
  return result;
}

/** Reads an InferParameter on top of what came before it in the same entry. */
function readParameter(reader: WireReader, before: GrpcParameter): GrpcParameter {
  const outerEnd = reader.enter();
  let parameter = before;
  while (reader.position < reader.end) {
    const tag = reader.readTag();
    switch (tag) {
      case ParameterTag.Bool:
        parameter = new GrpcParameter(GrpcParameterKind.Bool, reader.readBool());
        break;
      case ParameterTag.Int64:
        parameter = new GrpcParameter(GrpcParameterKind.Int64, reader.readExactInt64());
        break;
      case ParameterTag.String:
        parameter = new GrpcParameter(GrpcParameterKind.String, reader.readText());
        break;
      case ParameterTag.Double:
        parameter = new GrpcParameter(GrpcParameterKind.Double, reader.readDouble());
        break;
      case ParameterTag.Uint64:
        parameter = new GrpcParameter(GrpcParameterKind.Uint64, reader.readExactUint64());
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outerEnd);
  return parameter;
}
