import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import {
  formatModelConfigText,
  parseModelConfigJson,
  StatusCode,
  TritonError,
} from "@nereid/protocol";
import type { LocalModel } from "./model-store.ts";

/**
 * Writes a model that came in a load request into a temporary directory: exactly the given files and its configuration.
 *
 * @param files by path relative to the model directory
 * @param configJson the request's `config`; null if it had none
 * @throws {TritonError} InvalidArg without a configuration, or if a path leaves the model directory
 * @see Triton core src/model_repository_manager, LocalizeRepoAgent
 */
export async function writeOverrideModel(
  files: ReadonlyMap<string, Uint8Array>,
  configJson: string | null,
): Promise<LocalModel> {
  if (configJson === null) {
    throw new TritonError(
      StatusCode.InvalidArg,
      "Load parameter 'config' must be specified for model file override",
    );
  }
  const configText = formatModelConfigText(parseModelConfigJson(configJson));
  const directory = await realpath(await mkdtemp(join(tmpdir(), "nereid-model-")));
  const release = (): Promise<void> => rm(directory, { recursive: true, force: true });
  try {
    await writeFile(join(directory, "config.pbtxt"), configText);
    for (const [path, bytes] of files) {
      await writeInside(directory, path, bytes);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { directory, release };
}

async function writeInside(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  const target = resolve(join(directory, path));
  if (!target.startsWith(directory + sep)) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Invalid file parameter 'file:${path}' with normalized path '${target}' must stay within model directory.`,
    );
  }
  try {
    await mkdir(dirname(target), { recursive: true });
  } catch (error) {
    throw new TritonError(
      StatusCode.InvalidArg,
      `Invalid file parameter 'file:${path}', directory has been created as a file`,
      { cause: error },
    );
  }
  await writeFile(target, bytes);
}
