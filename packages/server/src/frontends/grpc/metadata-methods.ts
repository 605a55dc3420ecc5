import { inferenceMethods } from "@nereid/protocol";
import { modelMetadata } from "../semantics/model-metadata.ts";
import { parseModelVersion } from "../semantics/model-version-text.ts";
import type { ServedMethod } from "./served-method.ts";
import { unaryMethod } from "./unary-call.ts";

/** What the server and its models say of themselves. */
export const METADATA_CALLS: readonly ServedMethod[] = [
  unaryMethod(inferenceMethods.serverLive, "health", (server) => ({ live: server.isLive() })),
  unaryMethod(inferenceMethods.serverReady, "health", async (server) => ({
    ready: await server.askReady(),
  })),
  unaryMethod(inferenceMethods.modelReady, "health", async (server, { name, version }) => ({
    ready: await server.askModelReady(name, parseModelVersion(version)),
  })),
  unaryMethod(inferenceMethods.serverMetadata, "metadata", ({ name, version, extensions }) => ({
    name,
    version,
    extensions: [...extensions],
  })),
  unaryMethod(inferenceMethods.modelMetadata, "metadata", (server, { name, version }) => {
    const metadata = modelMetadata(server, name, parseModelVersion(version));
    return {
      name: metadata.name,
      versions: [...metadata.versions],
      platform: metadata.platform,
      inputs: metadata.inputs.map(tensorMetadata),
      outputs: metadata.outputs.map(tensorMetadata),
    };
  }),
  unaryMethod(inferenceMethods.modelConfig, "model-config", (server, { name, version }) => ({
    config: server.getModel(name, parseModelVersion(version)).config,
  })),
];

interface TensorMetadataMessage {
  readonly name: string;
  readonly datatype: string;
  readonly shape: bigint[];
}

function tensorMetadata(tensor: {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}): TensorMetadataMessage {
  return { name: tensor.name, datatype: tensor.datatype, shape: tensor.shape.map(BigInt) };
}
