import { freePort } from "../free-port.ts";
import { EXAMPLE_MODELS, OCR_MODELS, prepareModels } from "../prepare.ts";
import { type ServerProcess, startServer, waitUntilReady } from "../server-process.ts";

/** A server with the example models. */
export interface ExampleServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The server at the environment's NEREID_URL, which stays (ours, or tritonserver with the model repository `examples/models`
 * alone), or else one of ours, started for the test.
 */
export async function useExampleServer(): Promise<ExampleServer> {
  const url = process.env["NEREID_URL"];
  if (url !== undefined) {
    return { url, stop: () => Promise.resolve() };
  }
  prepareModels();
  const port = await freePort();
  const server = startServer({
    flags: [
      `--model-repository=${EXAMPLE_MODELS}`,
      `--model-repository=${OCR_MODELS}`,
      "--http-address=127.0.0.1",
      `--http-port=${port}`,
      "--allow-metrics=false",
      "--allow-grpc=false",
    ],
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (!(await waitUntilReady(server))) {
    throw new Error(`the server ended with exit code ${await server.exitCode}`);
  }
  return { url: server.url, stop: () => stop(server) };
}

async function stop(server: ServerProcess): Promise<void> {
  server.child.kill("SIGTERM");
  await server.exitCode;
}
