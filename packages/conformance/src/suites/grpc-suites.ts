import { overGrpc } from "../grpc-twin/suite-twin.ts";
import type { Suite } from "../suite.ts";
import { customConfigSuite, strictConfigSuite } from "./backend-config.ts";
import { binaryDataSuite } from "./binary-data.ts";
import { classificationSuite } from "./classification.ts";
import { decoupledSuite } from "./decoupled.ts";
import { ensembleSuite } from "./ensemble.ts";
import { ensembleLifecycleSuite } from "./ensemble-lifecycle.ts";
import { grpcCompressionSuites } from "./grpc-compression.ts";
import { grpcControlSuite, grpcTraceConfigSuite } from "./grpc-control.ts";
import { grpcInferInputsSuite } from "./grpc-infer-inputs.ts";
import { grpcInferParametersSuite } from "./grpc-infer-parameters.ts";
import { grpcProtocolSuite } from "./grpc-protocol.ts";
import { grpcRestrictedHealthSuite, grpcRestrictedSuite } from "./grpc-restricted.ts";
import { grpcSequenceSuite } from "./grpc-sequences.ts";
import { grpcStreamSuite } from "./grpc-stream.ts";
import { httpSuite } from "./http.ts";
import { inferSuite } from "./infer.ts";
import { inputValidationSuite } from "./input-validation.ts";
import { lifecycleSuite } from "./lifecycle.ts";
import { loggingSuite } from "./logging.ts";
import { modelConfigSuite } from "./model-config.ts";
import { parametersSuite } from "./parameters.ts";
import { repositoriesSuite } from "./repositories.ts";
import { directSequenceSuite, oldestSequenceSuite, withoutConcurrency } from "./sequences.ts";
import { statisticsSuite } from "./statistics.ts";
import { stringIoSuite } from "./string-io.ts";
import { traceOffSuite, traceSuite } from "./trace.ts";

/** What is asked over HTTP as well. */
export const GRPC_TWIN_SUITES: readonly Suite[] = [
  overGrpc(httpSuite),
  overGrpc(inferSuite),
  overGrpc(stringIoSuite),
  overGrpc(inputValidationSuite),
  overGrpc(binaryDataSuite),
  overGrpc(classificationSuite),
  overGrpc(parametersSuite, {
    flags: parametersSuite.flags.map((flag) => flag.replace("--http-header", "--grpc-header")),
  }),
  overGrpc(modelConfigSuite),
  overGrpc(strictConfigSuite),
  overGrpc(customConfigSuite),
  overGrpc(lifecycleSuite),
  overGrpc(ensembleSuite),
  overGrpc(ensembleLifecycleSuite),
  overGrpc(repositoriesSuite),
  overGrpc(statisticsSuite),
  overGrpc(withoutConcurrency(directSequenceSuite)),
  overGrpc(withoutConcurrency(oldestSequenceSuite)),
  overGrpc(traceSuite),
  overGrpc(traceOffSuite),
  overGrpc(loggingSuite),
];

/** What only gRPC has. */
export const GRPC_OWN_SUITES: readonly Suite[] = [
  grpcProtocolSuite,
  grpcInferInputsSuite,
  grpcInferParametersSuite,
  grpcStreamSuite,
  grpcSequenceSuite,
  decoupledSuite,
  grpcControlSuite,
  grpcTraceConfigSuite,
  grpcRestrictedSuite,
  grpcRestrictedHealthSuite,
  ...grpcCompressionSuites,
];

/** Every suite that speaks gRPC. */
export const GRPC_SUITES: readonly Suite[] = [...GRPC_TWIN_SUITES, ...GRPC_OWN_SUITES];
