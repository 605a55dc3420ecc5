import type { Suite } from "../suite.ts";
import { httpSuite } from "./http.ts";
import { inferSuite } from "./infer.ts";
import { stringIoSuite } from "./string-io.ts";

/** Every suite, in the order in which they run. */
export const SUITES: readonly Suite[] = [httpSuite, inferSuite, stringIoSuite];
