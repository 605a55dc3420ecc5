import type { ModelConfig } from "@nereid/protocol";
import type { Logger } from "../base/logger.ts";
import type { ModelFiles } from "./model-files.ts";

/** Directories of a model that are no versions. */
const OTHER_DIRECTORIES: ReadonlySet<string> = new Set(["warmup", "initial_state", "configs"]);

/**
 * The versions that the model directory holds and the version policy chooses, ascending; empty if there are none.
 * Directories that are no versions and chosen versions that do not exist are logged, as in the real server.
 *
 * @see Triton core src/model_repository_manager/model_lifecycle.cc, VersionsToLoad
 */
export async function versionsToLoad(
  config: ModelConfig,
  files: ModelFiles,
  log: Logger,
): Promise<readonly bigint[]> {
  const existing = await listVersions(files, log);
  return chooseVersions(config, existing, log);
}

async function listVersions(files: ModelFiles, log: Logger): Promise<ReadonlySet<bigint>> {
  const versions = new Set<bigint>();
  for (const name of await files.list("")) {
    if (OTHER_DIRECTORIES.has(name) || !(await files.isDirectory(name))) {
      continue;
    }
    if (name.length > 1 && name.startsWith("0")) {
      log.warning(
        `ignore version directory '${name}' which contains leading zeros in its directory name`,
      );
      continue;
    }
    const version = leadingInteger(name);
    if (version === null) {
      log.warning(`ignore version directory '${name}' which fails to convert to integral number`);
    } else {
      versions.add(version);
    }
  }
  return versions;
}

/** What C's stoll makes of a name: the int64 that it begins with, blanks before it and anything after it ignored. */
function leadingInteger(name: string): bigint | null {
  const [, digits] = /^\s*\+?(-?\d+)/.exec(name) ?? [];
  if (digits === undefined) {
    return null;
  }
  const version = BigInt(digits);
  return BigInt.asIntN(64, version) === version ? version : null;
}

function chooseVersions(
  config: ModelConfig,
  existing: ReadonlySet<bigint>,
  log: Logger,
): readonly bigint[] {
  const ascending = [...existing].sort((left, right) => (left < right ? -1 : 1));
  const policy = config.versionPolicy?.policyChoice;
  if (policy?.case === "latest") {
    const { numVersions } = policy.value;
    return numVersions === 0 ? [] : ascending.slice(-numVersions);
  }
  if (policy?.case !== "specific") {
    return ascending;
  }
  const wanted = new Set(policy.value.versions);
  for (const version of wanted) {
    if (!existing.has(version)) {
      log.error(
        `version ${version} is specified for model '${config.name}', but the version directory is not present`,
      );
    }
  }
  return ascending.filter((version) => wanted.has(version));
}
