import { inferenceMethods } from "@nereid/protocol";
import { checkRegionExists, sharedMemoryDisabled } from "../semantics/client-shared-memory.ts";
import type { ServedMethod } from "./served-method.ts";
import { unaryMethod } from "./unary-call.ts";

/** The calls about memory that clients share with the server, which cannot be registered yet. */
export const SHARED_MEMORY_CALLS: readonly ServedMethod[] = [
  unaryMethod(inferenceMethods.systemSharedMemoryStatus, "shared-memory", (_server, { name }) => {
    checkRegionExists("system", name);
    return {};
  }),
  unaryMethod(inferenceMethods.cudaSharedMemoryStatus, "shared-memory", (_server, { name }) => {
    checkRegionExists("cuda", name);
    return {};
  }),
  unaryMethod(inferenceMethods.systemSharedMemoryRegister, "shared-memory", refuse),
  unaryMethod(inferenceMethods.systemSharedMemoryUnregister, "shared-memory", refuse),
  unaryMethod(inferenceMethods.cudaSharedMemoryRegister, "shared-memory", refuse),
  unaryMethod(inferenceMethods.cudaSharedMemoryUnregister, "shared-memory", refuse),
];

function refuse(): never {
  throw sharedMemoryDisabled();
}
