import type { Dimension, GraphNode, OnnxModel, TensorValue } from "../model.ts";
import { noiseTensor } from "../tensor-value.ts";

const IMAGE_SIZE = 112;
const FEATURE_SIZE = IMAGE_SIZE / 2;
const CHANNELS = 64;
const CLASSES = 10;
const STEM_FLOPS = 2 * 9 * 3 * CHANNELS * FEATURE_SIZE * FEATURE_SIZE;
const LAYER_FLOPS = 2 * 9 * CHANNELS * CHANNELS * FEATURE_SIZE * FEATURE_SIZE;

/** What `convNetModel` takes. */
export interface ConvNetOptions {
  /** Floating-point operations of one image (a multiply-add counts as two); reached to within half a layer, 116e6. */
  readonly flops: number;
  /** The batch dimension: symbolic unless a number is given. */
  readonly batch?: number;
}

/**
 * An image classifier: `image` FP32 [batch, 3, 112, 112] → `probabilities` FP32 [batch, 10]. 3×3 convolutions with
 * ReLU over 64 channels of 56×56, then a global average, a dense layer and a softmax. Weights are noise.
 */
export function convNetModel(options: ConvNetOptions): OnnxModel {
  const layerCount = Math.max(0, Math.round((options.flops - STEM_FLOPS) / LAYER_FLOPS));
  const initializers: Record<string, TensorValue> = {};
  const nodes: GraphNode[] = [];
  let features = convolution(nodes, initializers, {
    name: "stem",
    input: "image",
    channelsIn: 3,
    stride: 2,
  });
  for (let layer = 0; layer < layerCount; layer++) {
    features = convolution(nodes, initializers, {
      name: `layer${layer}`,
      input: features,
      channelsIn: CHANNELS,
      stride: 1,
    });
  }
  initializers["head_weight"] = noiseTensor([CHANNELS, CLASSES], 1);
  nodes.push(
    { opType: "GlobalAveragePool", inputs: [features], outputs: ["pooled"] },
    { opType: "Flatten", inputs: ["pooled"], outputs: ["vector"] },
    { opType: "MatMul", inputs: ["vector", "head_weight"], outputs: ["logits"] },
    {
      opType: "Softmax",
      inputs: ["logits"],
      outputs: ["probabilities"],
      attributes: { axis: { int: 1 } },
    },
  );
  const batch: Dimension = options.batch ?? "batch";
  return {
    graph: {
      name: "conv_net",
      inputs: [{ name: "image", elementType: "FLOAT", dims: [batch, 3, IMAGE_SIZE, IMAGE_SIZE] }],
      outputs: [{ name: "probabilities", elementType: "FLOAT", dims: [batch, CLASSES] }],
      nodes,
      initializers,
    },
    metadata: { flops: String(STEM_FLOPS + layerCount * LAYER_FLOPS) },
  };
}

function convolution(
  nodes: GraphNode[],
  initializers: Record<string, TensorValue>,
  layer: {
    readonly name: string;
    readonly input: string;
    readonly channelsIn: number;
    readonly stride: number;
  },
): string {
  const { name, input, channelsIn, stride } = layer;
  // The scale keeps the variance of the features, so that depth neither blows them up nor makes denormals of them.
  initializers[`${name}_weight`] = noiseTensor(
    [CHANNELS, channelsIn, 3, 3],
    Math.sqrt(6 / (9 * channelsIn)),
  );
  nodes.push(
    {
      opType: "Conv",
      inputs: [input, `${name}_weight`],
      outputs: [`${name}_sum`],
      attributes: {
        kernel_shape: { ints: [3, 3] },
        pads: { ints: [1, 1, 1, 1] },
        strides: { ints: [stride, stride] },
      },
    },
    { opType: "Relu", inputs: [`${name}_sum`], outputs: [name] },
  );
  return name;
}
