import type { ServerFacade } from "../../engine/server-facade.ts";
import type { DeadlineWheel } from "./deadline-wheel.ts";
import type { DecompressionBudget } from "./decompression-budget.ts";
import type { HealthWatchers } from "./health-watchers.ts";
import type { ResponsePacker } from "./response-packer.ts";
import type { StreamMemory } from "./stream-memory.ts";

/** A call that would go on for ever: it is ended when the server shuts down. */
export interface EndlessCall {
  endForShutdown(): void;
}

/** What every call of the gRPC front end works with. */
export interface GrpcServices {
  readonly server: ServerFacade;
  readonly deadlines: DeadlineWheel;
  readonly decompression: DecompressionBudget;
  readonly streamMemory: StreamMemory;
  readonly responses: ResponsePacker;
  /** Answers to one request of a stream that may wait for the client before its model is asked to wait, too. */
  readonly responsePoolSize: number;
  readonly healthWatchers: HealthWatchers;
  readonly endlessCalls: Set<EndlessCall>;
  /** Whether inferences are refused, because the server is about to end. */
  readonly isShuttingDown: boolean;
}
