import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import type { ModelClass } from "../api/model.ts";
import { TritonError } from "../api/model-error.ts";

/** What models import; it need not be installed beside them. */
const API_SPECIFIER = "@nereid/server/model";

const API_URL = new URL(
  import.meta.url.endsWith(".ts") ? "../../../model-api.ts" : "../../../model-api.js",
  import.meta.url,
).href;

/** Has `@nereid/server/model` mean this server's own module, so that there is one of it in the thread. */
export function provideModelApi(): void {
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      specifier === API_SPECIFIER
        ? { url: API_URL, shortCircuit: true }
        : nextResolve(specifier, context),
  });
}

/**
 * The class that a model file exports.
 *
 * @throws whatever the file throws; TritonError if it exports no model
 */
export async function loadModelClass(path: string): Promise<ModelClass> {
  const module: unknown = await import(pathToFileURL(path).href);
  const candidate: unknown = isRecord(module) ? module["default"] : undefined;
  if (candidate === undefined) {
    throw new TritonError(
      `TypeScript model ${path} has no default export, which a model's class is.`,
    );
  }
  if (typeof candidate !== "function") {
    throw new TritonError(
      `The default export of TypeScript model ${path} is not a class, but a value of type '${typeof candidate}'.`,
    );
  }
  const prototype: unknown = candidate.prototype;
  if (!isRecord(prototype) || typeof prototype["execute"] !== "function") {
    // As the Python backend says it.
    throw new TritonError(`TypeScript model ${path} does not implement \`execute\` method.`);
  }
  return candidate as unknown as ModelClass; // as far as it can be seen from outside
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
