export { type AddSubOptions, addSubModel } from "./builders/add-sub.ts";
export { type BatchProbeOptions, batchProbeModel } from "./builders/batch-probe.ts";
export { type BertOptions, bertModel } from "./builders/bert.ts";
export { type ClassifierOptions, classifierModel } from "./builders/classifier.ts";
export { type ConvNetOptions, convNetModel } from "./builders/conv-net.ts";
export { nonZeroModel, type ReshapeOptions, reshapeModel } from "./builders/data-dependent.ts";
export { type EncoderOptions, encoderModel } from "./builders/encoder.ts";
export { type IdentityOptions, identityModel } from "./builders/identity.ts";
export { type MatmulLoopOptions, matmulLoopModel } from "./builders/matmul-loop.ts";
export { type MlpOptions, mlpModel } from "./builders/mlp.ts";
export { optionalInputModel } from "./builders/optional-input.ts";
export { type RecurrentOptions, recurrentModel } from "./builders/recurrent.ts";
export {
  accumulatorModel,
  delayModel,
  historyModel,
  type StatefulOptions,
} from "./builders/stateful.ts";
export { type TokenEncoderOptions, tokenEncoderModel } from "./builders/token-encoder.ts";
export { sequenceOutputModel, unknownOperatorModel } from "./builders/unsupported.ts";
export {
  type DatatypeName,
  ELEMENT_TYPE_NUMBERS,
  ELEMENT_TYPE_OF_DATATYPE,
  type ElementType,
  elementByteSize,
} from "./element-type.ts";
export {
  type EncodedModel,
  type ExternalPart,
  encodeModel,
  encodeModelParts,
} from "./encode-model.ts";
export type {
  AttributeValue,
  Dimension,
  ExternalBytes,
  Graph,
  GraphNode,
  OnnxModel,
  TensorValue,
  ValueInfo,
} from "./model.ts";
export { chunksOfParts, type StreamedBytes } from "./proto-writer.ts";
export { boolScalar, floatTensor, int32Tensor, int64Tensor, noiseTensor } from "./tensor-value.ts";
export { writeModel } from "./write-model.ts";
