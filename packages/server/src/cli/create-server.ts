import { statusCodeName, type TritonError } from "@nereid/protocol";
import type { CompiledServerOptions } from "../config/server-options.ts";
import { InferenceServer, type InferenceServerParts } from "../engine/inference-server.ts";
import { SERVER_EXTENSIONS } from "../engine/server-extensions.ts";
import {
  formatBackends,
  formatModels,
  formatRepositoryAgents,
  formatServerOptions,
} from "./startup-tables.ts";

/**
 * Creates the server and loads its models, with the tables of the start-up log in Triton's order.
 *
 * @throws {TritonError} if there is no server, or if a model failed to load and `exitOnError` is on; the server has been
 *   stopped then
 * @see Triton core src/tritonserver.cc `TRITONSERVER_ServerNew`
 */
export async function createServer(
  options: CompiledServerOptions,
  parts: Required<Pick<InferenceServerParts, "clock" | "log" | "logSettings">>,
): Promise<InferenceServer> {
  const { log } = parts;
  const optionsTable = formatServerOptions(options, SERVER_EXTENSIONS);
  let server: InferenceServer;
  let failure: TritonError | null;
  try {
    server = new InferenceServer(options, parts);
    failure = await server.initialize();
  } catch (error) {
    log.block("", optionsTable);
    log.info("No server context available. Exiting immediately.");
    throw error;
  }
  const width = options.log.tableWidth;
  log.block("", formatRepositoryAgents([], width));
  log.block("", formatBackends(server.describeBackends(), width));
  log.block("", formatModels(server.describeModels(), width));
  log.block("", optionsTable);
  if (failure !== null) {
    if (options.exitOnError) {
      await server.stop();
      throw failure;
    }
    log.error(`${statusCodeName(failure.code)}: ${failure.message}`);
  }
  return server;
}
