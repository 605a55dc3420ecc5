/*
 * The tags of the messages that are encoded and decoded by hand: what stands in front of each field's value, the field's
 * number times 8 plus its wire type. All are one byte. A test compares them with the descriptors.
 */

/** @internal */
export const RequestTag = {
  ModelName: 0x0a,
  ModelVersion: 0x12,
  Id: 0x1a,
  Parameters: 0x22,
  Inputs: 0x2a,
  Outputs: 0x32,
  RawInputContents: 0x3a,
} as const;

/** @internal */
export const ResponseTag = {
  ModelName: 0x0a,
  ModelVersion: 0x12,
  Id: 0x1a,
  Parameters: 0x22,
  Outputs: 0x2a,
  RawOutputContents: 0x32,
} as const;

/** @internal */
export const StreamResponseTag = { ErrorMessage: 0x0a, InferResponse: 0x12 } as const;

/** An InferInputTensor and an InferOutputTensor, which have the same fields. @internal */
export const TensorTag = {
  Name: 0x0a,
  Datatype: 0x12,
  /** As protobuf writes it: the dimensions in one piece. */
  Shape: 0x1a,
  /** One dimension by itself, which a reader must take, too. */
  ShapeUnpacked: 0x18,
  Parameters: 0x22,
  Contents: 0x2a,
} as const;

/** An InferRequestedOutputTensor. @internal */
export const RequestedOutputTag = { Name: 0x0a, Parameters: 0x12 } as const;

/** An entry of a map whose keys are texts and whose values are messages. @internal */
export const MapEntryTag = { Key: 0x0a, Value: 0x12 } as const;

/** An InferParameter. @internal */
export const ParameterTag = {
  Bool: 0x08,
  Int64: 0x10,
  String: 0x1a,
  Double: 0x21,
  Uint64: 0x28,
} as const;

/** An InferTensorContents: each list but the last in one piece (even numbers) or element by element. @internal */
export const ContentsTag = {
  Bools: 0x0a,
  BoolsUnpacked: 0x08,
  Ints: 0x12,
  IntsUnpacked: 0x10,
  Int64s: 0x1a,
  Int64sUnpacked: 0x18,
  Uints: 0x22,
  UintsUnpacked: 0x20,
  Uint64s: 0x2a,
  Uint64sUnpacked: 0x28,
  Fp32s: 0x32,
  Fp32sUnpacked: 0x35,
  Fp64s: 0x3a,
  Fp64sUnpacked: 0x39,
  ByteStrings: 0x42,
} as const;
