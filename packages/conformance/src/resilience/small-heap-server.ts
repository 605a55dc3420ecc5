import { ownCommand } from "../run-conformance.ts";
import { ServerProcess } from "../server-process.ts";

/** So small that what leaks does not get far, and that garbage does not look like it. */
const HEAP_FLAGS = ["--max-old-space-size=96", "--max-semi-space-size=2"];

/** Our server, from its sources, with a small heap and answering HTTP only. Whoever starts it must stop it. */
export async function startWithSmallHeap(flags: readonly string[]): Promise<ServerProcess> {
  const [program, ...words] = ownCommand({});
  const server = await ServerProcess.start(
    [program, ...HEAP_FLAGS, ...words],
    [
      "--http-address=127.0.0.1",
      "--http-port=<http-port>",
      "--allow-grpc=false",
      "--allow-metrics=false",
      ...flags,
    ],
  );
  try {
    await server.untilAnswering();
  } catch (error) {
    await server.stop("SIGKILL");
    throw error;
  }
  return server;
}
