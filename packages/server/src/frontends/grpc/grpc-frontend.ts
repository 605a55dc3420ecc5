import type { GrpcOptions } from "../../config/server-options.ts";
import type { ServerFacade } from "../../engine/server-facade.ts";
import { HeaderForwarding } from "../semantics/header-forwarding.ts";
import { RestrictedApis } from "../semantics/restricted-apis.ts";
import { type CallHead, type CallHeadRules, type RefusedHead, readCallHead } from "./call-head.ts";
import { DeadlineWheel } from "./deadline-wheel.ts";
import { DecompressionBudget } from "./decompression-budget.ts";
import type { EndlessCall, GrpcServices } from "./grpc-services.ts";
import { HEALTH_CALLS } from "./health-methods.ts";
import { HealthWatchers } from "./health-watchers.ts";
import { Http2ErrorCode } from "./http2/error-code.ts";
import type { Http2Receiver, Http2Stream } from "./http2/http2-stream.ts";
import { MODEL_INFER } from "./infer-call.ts";
import { METADATA_CALLS } from "./metadata-methods.ts";
import { REFLECTION_CALLS } from "./reflection-methods.ts";
import { REPOSITORY_CALLS } from "./repository-methods.ts";
import { ResponsePacker } from "./response-packer.ts";
import type { ServedMethod } from "./served-method.ts";
import { SETTINGS_CALLS } from "./settings-methods.ts";
import { SHARED_MEMORY_CALLS } from "./shared-memory-methods.ts";
import { STATISTICS_CALLS } from "./statistics-methods.ts";
import { MODEL_STREAM_INFER } from "./stream-infer-call.ts";
import { StreamMemory } from "./stream-memory.ts";

const CALLS: readonly ServedMethod[] = [
  MODEL_INFER,
  MODEL_STREAM_INFER,
  ...METADATA_CALLS,
  ...STATISTICS_CALLS,
  ...REPOSITORY_CALLS,
  ...SHARED_MEMORY_CALLS,
  ...SETTINGS_CALLS,
  ...HEALTH_CALLS,
  ...REFLECTION_CALLS,
];

/** Limits of all calls together. */
export interface GrpcLimits {
  /** Bytes that the messages of requests on streams may hold. Above, a stream has one request in flight at a time. */
  readonly streamMemorySizeMax: number;
  /** Bytes that decompressed messages may hold. Above, compressed ones are refused. */
  readonly decompressedSizeMax: number;
}

const LIMITS_DEFAULT: GrpcLimits = {
  streamMemorySizeMax: 2 ** 30,
  decompressedSizeMax: 4 * 2 ** 30,
};

const RESTRICTED_PREFIX = "triton-grpc-protocol-";

/**
 * The gRPC services over the engine: judges the head of each call and leaves the rest to it.
 *
 * @see Triton server src/grpc/grpc_server.cc
 */
export class GrpcFrontend {
  readonly #services: GrpcServices & { isShuttingDown: boolean };
  readonly #rules: CallHeadRules;

  /** @throws {TritonError} InvalidArg for a header pattern that is no pattern */
  constructor(server: ServerFacade, options: GrpcOptions, limits: Partial<GrpcLimits> = {}) {
    const { streamMemorySizeMax, decompressedSizeMax } = { ...LIMITS_DEFAULT, ...limits };
    this.#rules = {
      methods: new Map(CALLS.map((method) => [method.path, method])),
      restrictedApis: new RestrictedApis(options.restrictedApis, RESTRICTED_PREFIX),
      headerForwarding:
        options.headerForwardPattern === ""
          ? null
          : new HeaderForwarding(options.headerForwardPattern, "grpc-header-forward-pattern"),
      compressionLevel: options.responseCompressionLevel,
    };
    this.#services = {
      server,
      deadlines: new DeadlineWheel(server.clock),
      decompression: new DecompressionBudget(decompressedSizeMax),
      streamMemory: new StreamMemory(streamMemorySizeMax),
      responses: new ResponsePacker(),
      responsePoolSize: options.responsePoolSize,
      healthWatchers: new HealthWatchers(server.clock),
      endlessCalls: new Set<EndlessCall>(),
      isShuttingDown: false,
    };
  }

  /** The HTTP/2 layer's handler: who takes this call, or null if it has been answered. */
  readonly onStream = (stream: Http2Stream): Http2Receiver | null => {
    const { head } = stream;
    const { log } = this.#services.server;
    if (log.isVerbose(1)) {
      log.verbose(1, `gRPC request: ${head.path}`);
    }
    // Nobody else writes the memo of a head.
    let call = head.memo as CallHead | RefusedHead | null;
    if (call === null) {
      call = readCallHead(head, this.#rules);
      head.memo = call;
    }
    if (call.kind === "call") {
      return call.method.open(this.#services, call, stream);
    }
    if (call.answer === null) {
      stream.reset(Http2ErrorCode.InternalError);
    } else {
      stream.end(call.answer);
    }
    return null;
  };

  /** Refuses inferences from now on, and ends the calls that would never end. Those that run go on. */
  shutDown(): void {
    this.#services.isShuttingDown = true;
    for (const call of this.#services.endlessCalls) {
      call.endForShutdown();
    }
  }

  /** Lets go of the timers. */
  close(): void {
    this.#services.deadlines.close();
  }
}
