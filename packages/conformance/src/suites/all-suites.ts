import type { Suite } from "../suite.ts";
import { customConfigSuite, strictConfigSuite } from "./backend-config.ts";
import { batcherSuite, limitedBatchesSuite, pendingSuite, preservedOrderSuite } from "./batcher.ts";
import { binaryDataSuite } from "./binary-data.ts";
import { classificationSuite } from "./classification.ts";
import { cmdlineSuite } from "./cmdline.ts";
import { dataCompressionSuite } from "./data-compression.ts";
import { ensembleSuite } from "./ensemble.ts";
import { ensembleLifecycleSuite } from "./ensemble-lifecycle.ts";
import { generateSuite } from "./generate.ts";
import { GRPC_SUITES } from "./grpc-suites.ts";
import { httpSuite } from "./http.ts";
import { implicitStateSuite } from "./implicit-state.ts";
import { inferSuite } from "./infer.ts";
import { inputValidationSuite } from "./input-validation.ts";
import { jsonSuite } from "./json.ts";
import { largePayloadSuite } from "./large-payload.ts";
import { lifecycleSuite } from "./lifecycle.ts";
import { loggingSuite } from "./logging.ts";
import { modelConfigSuite } from "./model-config.ts";
import { modelConfigErrorsSuite } from "./model-config-errors.ts";
import { parametersSuite } from "./parameters.ts";
import { pythonApiSuite } from "./python-api.ts";
import { pythonBlsSuite } from "./python-bls.ts";
import { pythonDecoupledSuite } from "./python-decoupled.ts";
import { pythonEnsembleSuite } from "./python-ensemble.ts";
import { pythonExecuteSuite } from "./python-execute.ts";
import { pythonLoadSuite } from "./python-load.ts";
import { pythonSequenceSuite } from "./python-sequences.ts";
import { pythonMetricsSuite, pythonServicesSuite } from "./python-services.ts";
import { rateLimiterDefaultsSuite, rateLimiterSuite } from "./rate-limiter.ts";
import { repositoriesSuite } from "./repositories.ts";
import { cacheFlagsSuite, responseCacheSuite } from "./response-cache.ts";
import { restrictedApiSuite } from "./restricted-api.ts";
import { directSequenceSuite, oldestSequenceSuite } from "./sequences.ts";
import { sharedMemorySuite } from "./shared-memory.ts";
import { statisticsSuite } from "./statistics.ts";
import { stringIoSuite } from "./string-io.ts";
import { traceOffSuite, traceSuite } from "./trace.ts";
import { warmupSuite } from "./warmup.ts";

/** What requests are answered over HTTP, most of them about inference. */
export const HTTP_REQUEST_SUITES: readonly Suite[] = [
  httpSuite,
  inferSuite,
  stringIoSuite,
  inputValidationSuite,
  jsonSuite,
  binaryDataSuite,
  classificationSuite,
  dataCompressionSuite,
  largePayloadSuite,
  generateSuite,
  parametersSuite,
  statisticsSuite,
  traceSuite,
  traceOffSuite,
  loggingSuite,
  sharedMemorySuite,
  restrictedApiSuite,
];

/** How models are read, loaded and scheduled. Asked over HTTP. */
export const HTTP_MODEL_SUITES: readonly Suite[] = [
  modelConfigSuite,
  modelConfigErrorsSuite,
  strictConfigSuite,
  customConfigSuite,
  lifecycleSuite,
  ensembleSuite,
  ensembleLifecycleSuite,
  repositoriesSuite,
  batcherSuite,
  preservedOrderSuite,
  pendingSuite,
  directSequenceSuite,
  oldestSequenceSuite,
  implicitStateSuite,
  warmupSuite,
  responseCacheSuite,
  rateLimiterSuite,
  rateLimiterDefaultsSuite,
  limitedBatchesSuite,
];

/** Models of the Python backend. */
export const PYTHON_SUITES: readonly Suite[] = [
  pythonApiSuite,
  pythonExecuteSuite,
  pythonBlsSuite,
  pythonDecoupledSuite,
  pythonEnsembleSuite,
  pythonSequenceSuite,
  pythonLoadSuite,
  pythonMetricsSuite,
  pythonServicesSuite,
];

/** What a server makes of its command line: each case starts one. */
export const COMMAND_LINE_SUITES: readonly Suite[] = [cmdlineSuite, cacheFlagsSuite];

/** Every suite, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  ...HTTP_REQUEST_SUITES,
  ...HTTP_MODEL_SUITES,
  ...PYTHON_SUITES,
  ...COMMAND_LINE_SUITES,
  ...GRPC_SUITES,
];
