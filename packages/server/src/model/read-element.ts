import { type Datatype, numberFromBf16, numberFromFp16 } from "@nereid/protocol";

/** The first element of a tensor's bytes, exactly; those of 64-bit integers are bigints. */
export function readElement(
  datatype: Exclude<Datatype, "BYTES">,
  bytes: Uint8Array,
): number | bigint | boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (datatype) {
    case "BOOL":
      return view.getUint8(0) !== 0;
    case "UINT8":
      return view.getUint8(0);
    case "UINT16":
      return view.getUint16(0, true);
    case "UINT32":
      return view.getUint32(0, true);
    case "UINT64":
      return view.getBigUint64(0, true);
    case "INT8":
      return view.getInt8(0);
    case "INT16":
      return view.getInt16(0, true);
    case "INT32":
      return view.getInt32(0, true);
    case "INT64":
      return view.getBigInt64(0, true);
    case "FP16":
      return numberFromFp16(view.getUint16(0, true));
    case "BF16":
      return numberFromBf16(view.getUint16(0, true));
    case "FP32":
      return view.getFloat32(0, true);
    case "FP64":
      return view.getFloat64(0, true);
  }
}
