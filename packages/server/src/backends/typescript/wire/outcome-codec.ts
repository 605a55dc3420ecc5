import type { ContentReader } from "./content-reader.ts";
import type { ContentWriter } from "./content-writer.ts";
import { readParameters, type WireParameter, writeParameters } from "./parameter-codec.ts";
import { type ReadTensor, readTensors, type WireTensor, writeTensors } from "./tensor-codec.ts";
import type { TensorFinder, TensorPlacer } from "./tensor-place.ts";

/** What became of a request, or one answer of several. */
export type WireOutcome<T extends WireTensor = WireTensor> =
  /** Answered otherwise, or an end without an answer. */
  | { readonly kind: "none" }
  /** To be scheduled once more. */
  | { readonly kind: "rescheduled" }
  | { readonly kind: "failed"; readonly code: number; readonly message: string }
  | {
      readonly kind: "answered";
      readonly parameters: ReadonlyMap<string, WireParameter> | null;
      readonly outputs: readonly T[];
    };

const Kind = { None: 0, Rescheduled: 1, Failed: 2, Answered: 3 } as const;

/** Writes an outcome. */
export function writeOutcome(
  writer: ContentWriter,
  outcome: WireOutcome,
  placer: TensorPlacer,
): void {
  switch (outcome.kind) {
    case "none":
      writer.u8(Kind.None);
      break;
    case "rescheduled":
      writer.u8(Kind.Rescheduled);
      break;
    case "failed":
      writer.u8(Kind.Failed);
      writer.u8(outcome.code);
      writer.text(outcome.message);
      break;
    case "answered":
      writer.u8(Kind.Answered);
      writeParameters(writer, outcome.parameters);
      writeTensors(writer, outcome.outputs, placer);
  }
}

/** Reads what `writeOutcome` wrote. @throws {RangeError} for content that cannot be */
export function readOutcome(reader: ContentReader, finder: TensorFinder): WireOutcome<ReadTensor> {
  const kind = reader.u8();
  switch (kind) {
    case Kind.None:
      return { kind: "none" };
    case Kind.Rescheduled:
      return { kind: "rescheduled" };
    case Kind.Failed:
      return { kind: "failed", code: reader.u8(), message: reader.text() };
    case Kind.Answered:
      return {
        kind: "answered",
        parameters: readParameters(reader),
        outputs: readTensors(reader, finder),
      };
    default:
      throw new RangeError("an outcome has no kind");
  }
}
