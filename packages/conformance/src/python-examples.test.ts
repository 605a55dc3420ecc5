import assert from "node:assert/strict";
import { test } from "node:test";
import { pythonExampleTools } from "./python-examples.ts";

test("says which variable is missing, or names nothing", () => {
  const here = import.meta.dirname;
  assert.throws(() => pythonExampleTools({}), /needs TRITON_CLIENT_PYTHON; packages/);
  assert.throws(
    () =>
      pythonExampleTools({
        TRITON_CLIENT_PYTHON: here,
        PYTHON_BACKEND_EXAMPLES: "/no/such/folder",
      }),
    /needs PYTHON_BACKEND_EXAMPLES \(\/no\/such\/folder does not exist\)/,
  );
  assert.deepEqual(
    pythonExampleTools({ TRITON_CLIENT_PYTHON: here, PYTHON_BACKEND_EXAMPLES: here }),
    { clientPython: here, examples: here, python: undefined },
  );
});
