import type { ModelConfig } from "@nereid/protocol";
import type { Logger } from "../base/logger.ts";
import type { ModelFiles } from "./model-files.ts";

/**
 * The versions that the model directory holds and the version policy chooses, ascending; empty if there are none.
 * Directories that are no versions and chosen versions that do not exist are logged, as in the real server.
 *
 * @see Triton core src/model_repository_manager/model_lifecycle.cc, VersionsToLoad
 */
export function versionsToLoad(
  _config: ModelConfig,
  _files: ModelFiles,
  _log: Logger,
): Promise<readonly bigint[]> {
  throw new Error("not written yet");
}
