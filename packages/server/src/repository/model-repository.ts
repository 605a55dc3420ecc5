import { StatusCode, TritonError } from "@nereid/protocol";
import { LocalStore } from "./local-store.ts";
import type { ModelStore } from "./model-store.ts";

/** URI schemes of object stores and what Triton calls the support for them. */
const OBJECT_STORES: readonly (readonly [scheme: string, name: string])[] = [
  ["s3://", "S3"],
  ["gs://", "GCS"],
  ["as://", "Azure Storage"],
];

/** The models found in all repositories at one moment. */
export interface RepositoryListing {
  /** The store of each model that is in exactly one repository, by model name in byte order. */
  readonly models: ReadonlyMap<string, ModelStore>;
  /** Names found in two or more repositories: such a model is loaded from nowhere. */
  readonly duplicates: ReadonlySet<string>;
}

/** All `--model-repository` together. */
export class ModelRepository {
  readonly #stores: readonly ModelStore[];

  constructor(stores: readonly ModelStore[]) {
    this.#stores = stores;
  }

  /** @throws {TritonError} Unsupported for an object store: local directories only, so far */
  static open(paths: readonly string[]): ModelRepository {
    return new ModelRepository(paths.map(openStore));
  }

  get paths(): readonly string[] {
    return this.#stores.map((store) => store.path);
  }

  /** @throws {TritonError} InvalidArg if a repository is not a directory */
  async check(): Promise<void> {
    for (const store of this.#stores) {
      await store.check();
    }
  }

  async list(): Promise<RepositoryListing> {
    const models = new Map<string, ModelStore>();
    const duplicates = new Set<string>();
    for (const store of this.#stores) {
      for (const name of await store.listModels()) {
        if (models.has(name)) {
          duplicates.add(name);
        }
        models.set(name, store);
      }
    }
    for (const name of duplicates) {
      models.delete(name);
    }
    const ordered = [...models].sort(([left], [right]) => (left < right ? -1 : 1));
    return { models: new Map(ordered), duplicates };
  }

  /** The stores that hold a model of this name. */
  async find(name: string): Promise<readonly ModelStore[]> {
    const found: ModelStore[] = [];
    for (const store of this.#stores) {
      if (await store.hasModel(name)) {
        found.push(store);
      }
    }
    return found;
  }
}

function openStore(path: string): ModelStore {
  for (const [scheme, name] of OBJECT_STORES) {
    if (path.startsWith(scheme)) {
      throw new TritonError(
        StatusCode.Unsupported,
        `${scheme} file-system not supported yet: ${name} model repositories come later, use a local directory`,
      );
    }
  }
  return new LocalStore(path);
}
