/**
 * A program for `node --conditions=@nereid/source`: takes away what is Node's alone, then uses the package as a page
 * would, and prints what comes out. No module of Node can be loaded any more, whoever asks for it.
 */
import { isBuiltin, registerHooks } from "node:module";

const NODE_GLOBALS = [
  "Buffer",
  "process",
  "global",
  "require",
  "setImmediate",
  "clearImmediate",
] as const;

const print = process.stdout.write.bind(process.stdout);
registerHooks({
  resolve(specifier, context, next) {
    if (isBuiltin(specifier)) {
      throw new Error(`${specifier} is asked for by ${context.parentURL ?? "nobody"}`);
    }
    return next(specifier, context);
  },
});
for (const name of NODE_GLOBALS) {
  Reflect.deleteProperty(globalThis, name);
}

const protocol = await import("../index.ts");

const config = protocol.parseModelConfigText(
  'name: "m" max_batch_size: 8 input { name: "A" data_type: TYPE_FP32 dims: [ 2 ] }',
);
const text = protocol.formatModelConfigText(config);
const isSame =
  JSON.stringify(protocol.modelConfigToJson(protocol.parseModelConfigText(text))) ===
  JSON.stringify(protocol.modelConfigToJson(config));
const shape = [1, 2];
const bytes = new Uint8Array(Float32Array.of(0.5, -1).buffer);
const inputs = [{ name: "A", datatype: "FP32" as const, shape, bytes, isBinary: true }];
const request = { id: "é", outputs: [], parameters: new Map([["k", true]]) };
const { body, headerSize } = protocol.encodeInferRequest({ ...request, inputs });
const decoded = protocol.decodeInferRequest(body, headerSize, {
  modelName: "m",
  inputSizeMax: 1000,
});
const response = protocol.decodeInferResponse(
  new TextEncoder().encode(
    '{"model_name":"m","model_version":"1","outputs":[{"name":"B","datatype":"BYTES","shape":[1],"data":["x"]}]}',
  ),
  null,
);
const message = protocol.encodeModelInferRequest({
  ...request,
  modelName: "m",
  modelVersion: "",
  inputs,
});
const results = [
  isSame,
  decoded.id,
  [...new Float32Array(decoded.inputs[0]?.bytes.slice().buffer ?? new ArrayBuffer(0))].join(),
  response.outputs[0]?.name,
  protocol.decodeModelInferRequest(message).modelName,
];
print(results.join(" "));
