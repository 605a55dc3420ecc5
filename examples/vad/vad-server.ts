import { freePort } from "../free-port.ts";
import { startServer, waitUntilReady } from "../server-process.ts";
import { VAD_MODELS } from "./prepare.ts";

/** A server with the model of this example. */
export interface VadServer {
  /** `<host>:<port>` of its gRPC service. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Serves the model on free ports of 127.0.0.1.
 *
 * @param repository prepared
 * @throws {Error} if the server ends before it is ready
 */
export async function startVadServer(repository: string = VAD_MODELS): Promise<VadServer> {
  const grpcPort = await freePort();
  const server = startServer({
    flags: [
      `--model-repository=${repository}`,
      "--http-address=127.0.0.1",
      `--http-port=${await freePort()}`,
      "--grpc-address=127.0.0.1",
      `--grpc-port=${grpcPort}`,
      "--allow-metrics=false",
      "--log-info=false",
      "--log-warning=false",
    ],
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (!(await waitUntilReady(server))) {
    throw new Error(`the server ended with exit code ${await server.exitCode}`);
  }
  return {
    address: `127.0.0.1:${grpcPort}`,
    stop: async () => {
      server.child.kill("SIGTERM");
      await server.exitCode;
    },
  };
}
