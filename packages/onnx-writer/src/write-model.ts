import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { encodeModelParts } from "./encode-model.ts";
import type { OnnxModel } from "./model.ts";
import { chunksOfParts, type StreamedBytes } from "./proto-writer.ts";

/**
 * Writes the model to `path`, with its external data files beside it; directories are made. Streamed bytes are written
 * chunk by chunk, so that a model may be larger than memory.
 */
export function writeModel(path: string, model: OnnxModel): void {
  const encoded = encodeModelParts(model);
  mkdirSync(dirname(path), { recursive: true });
  writeParts(path, encoded.parts);
  for (const [file, parts] of encoded.externalFiles) {
    const externalPath = join(dirname(path), file);
    mkdirSync(dirname(externalPath), { recursive: true });
    writeParts(
      externalPath,
      parts.map((part) => part.bytes),
    );
  }
}

function writeParts(path: string, parts: readonly (Uint8Array | StreamedBytes)[]): void {
  const file = openSync(path, "w");
  try {
    for (const chunk of chunksOfParts(parts)) {
      let offset = 0;
      while (offset < chunk.byteLength) {
        offset += writeSync(file, chunk, offset);
      }
    }
  } finally {
    closeSync(file);
  }
}
