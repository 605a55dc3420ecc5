import { StatusCode, TritonError } from "@nereid/protocol";
import type { StubCommand, StubProcess } from "./stub-process.ts";

/** Why a stub that died before it had answered its first command did so: there is no interpreter, or the model ended it. */
export function startFailure(stub: StubProcess, command: StubCommand, name: string): TritonError {
  const cause = new Error(stub.deathReason ?? "it has ended");
  if (stub.processId === null) {
    return new TritonError(
      StatusCode.Unavailable,
      `Python models need Python 3.9 or later with numpy, and '${command.python}' cannot be started (${cause.message}): ` +
        "install python3 and numpy, or name another interpreter with --backend-config=python,python=<path>",
      { cause },
    );
  }
  return new TritonError(StatusCode.Internal, `Stub process '${name}' is not healthy.`, { cause });
}
