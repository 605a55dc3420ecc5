import type { Datatype } from "@nereid/protocol";
import { ELEMENT_BYTE_SIZES } from "../api/element-sizes.ts";
import type { ContentReader } from "./content-reader.ts";
import type { ContentWriter } from "./content-writer.ts";
import {
  type BufferPlace,
  type TensorFinder,
  TensorPlace,
  type TensorPlacer,
} from "./tensor-place.ts";

/** What both sides' tensors have. */
export interface WireTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A tensor that has been read, and where its bytes lie; null for the record itself. */
export interface ReadTensor extends WireTensor {
  readonly place: BufferPlace | null;
}

/** The datatypes by their code. */
const DATATYPES = Object.keys(ELEMENT_BYTE_SIZES) as readonly Datatype[]; // the keys of a record by datatype
const CODES: ReadonlyMap<Datatype, number> = new Map(
  DATATYPES.map((datatype, index) => [datatype, index]),
);

/** Writes tensors: their number, then for each name, datatype, shape, place and, where that is the record, bytes. */
export function writeTensors(
  writer: ContentWriter,
  tensors: readonly WireTensor[],
  placer: TensorPlacer,
): void {
  writer.u32(tensors.length);
  for (const { name, datatype, shape, bytes } of tensors) {
    writer.text(name);
    writer.u8(CODES.get(datatype) ?? 0);
    writer.u8(shape.length);
    for (const size of shape) {
      writer.f64(size);
    }
    const place = placer.place(bytes);
    if (place === null) {
      writer.u8(TensorPlace.Inline);
      writer.alignedBytes(bytes);
    } else {
      writer.u8(place.place);
      writer.u32(place.index);
      writer.f64(place.offset);
      writer.f64(bytes.byteLength);
    }
  }
}

/** Reads what `writeTensors` wrote. @throws {RangeError} for content that cannot be */
export function readTensors(reader: ContentReader, finder: TensorFinder): ReadTensor[] {
  const count = reader.u32();
  const tensors: ReadTensor[] = [];
  for (let index = 0; index < count; index++) {
    tensors.push(readTensor(reader, finder));
  }
  return tensors;
}

function readTensor(reader: ContentReader, finder: TensorFinder): ReadTensor {
  const name = reader.text();
  const datatype = DATATYPES[reader.u8()];
  if (datatype === undefined) {
    throw new RangeError("a tensor has no datatype");
  }
  const rank = reader.u8();
  const shape: number[] = [];
  for (let index = 0; index < rank; index++) {
    shape.push(reader.f64());
  }
  const code = reader.u8();
  if (code === TensorPlace.Inline) {
    return { name, datatype, shape, bytes: reader.alignedBytes(), place: null };
  }
  if (code !== TensorPlace.ServerBuffer && code !== TensorPlace.WorkerBuffer) {
    throw new RangeError("a tensor has no place");
  }
  const place = { place: code, index: reader.u32(), offset: reader.f64() };
  return { name, datatype, shape, bytes: finder.find(place, reader.f64()), place };
}
