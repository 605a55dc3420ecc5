import type { ExternalBytes, GraphNode, OnnxModel, TensorValue } from "../model.ts";
import { noiseTensor } from "../tensor-value.ts";

const LAYER_BYTES_PER_WIDTH_SQUARED = 4;

/** What `mlpModel` takes. */
export interface MlpOptions {
  /** Size of all weights together; reached to within half a layer. */
  readonly weightBytes: number;
  /** Features in, between and out; 1024 unless stated (4 MiB a layer). */
  readonly width?: number;
  /** Puts the weights into this file beside the model instead of into it. */
  readonly externalFile?: string;
}

/** Dense layers with ReLU: INPUT0 FP32 [batch, width] → OUTPUT0 FP32 [batch, width]. Weights are noise, streamed. */
export function mlpModel(options: MlpOptions): OnnxModel {
  const width = options.width ?? 1024;
  const layerBytes = LAYER_BYTES_PER_WIDTH_SQUARED * width * width;
  const layerCount = Math.max(1, Math.round(options.weightBytes / layerBytes));
  const initializers: Record<string, TensorValue> = {};
  const nodes: GraphNode[] = [];
  let features = "INPUT0";
  for (let layer = 0; layer < layerCount; layer++) {
    initializers[`weight${layer}`] = placed(
      noiseTensor([width, width], Math.sqrt(6 / width)),
      options.externalFile,
    );
    const output = layer === layerCount - 1 ? "OUTPUT0" : `features${layer}`;
    nodes.push(
      { opType: "MatMul", inputs: [features, `weight${layer}`], outputs: [`sum${layer}`] },
      { opType: "Relu", inputs: [`sum${layer}`], outputs: [output] },
    );
    features = output;
  }
  return {
    graph: {
      name: "mlp",
      inputs: [{ name: "INPUT0", elementType: "FLOAT", dims: ["batch", width] }],
      outputs: [{ name: "OUTPUT0", elementType: "FLOAT", dims: ["batch", width] }],
      nodes,
      initializers,
    },
  };
}

function placed(tensor: TensorValue, externalFile: string | undefined): TensorValue {
  if (externalFile === undefined || Array.isArray(tensor.data)) {
    return tensor;
  }
  // noiseTensor makes streamed bytes: the only case left after strings.
  const external: ExternalBytes = { externalFile, bytes: tensor.data as ExternalBytes["bytes"] };
  return { ...tensor, data: external };
}
