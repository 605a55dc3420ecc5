import { freePort } from "../free-port.ts";
import { startServer, waitUntilReady } from "../server-process.ts";
import { EMBEDDING_MODELS } from "./prepare.ts";
import {
  EMBEDDING_VARIANTS,
  type EmbeddingVariant,
  ENCODER_MODEL,
  embeddingPython,
} from "./variants.ts";

/** A server with the embedding models that this machine can run. */
export interface EmbeddingServer {
  readonly url: string;
  readonly variants: readonly EmbeddingVariant[];
  /** Why the variants in Python are not among them; null if they are. */
  readonly whyWithoutPython: string | null;
  stop(): Promise<void>;
}

/**
 * Serves the embedding models on a free port of 127.0.0.1. Without a Python that can be used, those in Python are left out.
 *
 * @param repository prepared
 * @throws {Error} if the server ends before it is ready
 */
export async function startEmbeddingServer(
  repository: string = EMBEDDING_MODELS,
): Promise<EmbeddingServer> {
  let python: string | null = null;
  let whyWithoutPython: string | null = null;
  try {
    python = await embeddingPython();
  } catch (error) {
    whyWithoutPython = error instanceof Error ? error.message : String(error);
  }
  const variants = EMBEDDING_VARIANTS.filter(
    ({ language }) => language !== "Python" || python !== null,
  );
  const models = [ENCODER_MODEL, ...variants.flatMap(({ model, parts }) => [...parts, model])];
  const server = startServer({
    flags: [
      `--model-repository=${repository}`,
      "--model-control-mode=explicit",
      ...models.map((model) => `--load-model=${model}`),
      ...(python === null ? [] : [`--backend-config=python,python=${python}`]),
      "--http-address=127.0.0.1",
      `--http-port=${await freePort()}`,
      "--allow-grpc=false",
      "--allow-metrics=false",
      "--log-info=false",
    ],
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (!(await waitUntilReady(server))) {
    throw new Error(`the server ended with exit code ${await server.exitCode}`);
  }
  return {
    url: server.url,
    variants,
    whyWithoutPython,
    stop: async () => {
      server.child.kill("SIGTERM");
      await server.exitCode;
    },
  };
}
