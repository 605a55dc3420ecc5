import assert from "node:assert/strict";
import { test } from "node:test";
import { nativeFunctionAt } from "./native-function.ts";
import { loadNativeLibrary } from "./native-library.ts";

const C_LIBRARY = process.platform === "win32" ? "msvcrt.dll" : null;

test("a library is loaded once, and its functions can be called by name and by address", () => {
  const library = loadNativeLibrary(C_LIBRARY);
  assert.equal(loadNativeLibrary(C_LIBRARY), library);
  const byName = library.function<(value: number) => number>("abs", "int", ["int"]);
  assert.equal(byName(-5), 5);
  const byAddress = nativeFunctionAt<(value: number) => number>(library.address("abs"), "int", [
    "int",
  ]);
  assert.equal(byAddress(-6), 6);
});

test("a function keeps working after every reference but its own is collected", () => {
  const abs = loadNativeLibrary(C_LIBRARY).function<(value: number) => number>("abs", "int", [
    "int",
  ]);
  for (let round = 0; round < 20; round++) {
    // Enough garbage for collections to happen.
    Array.from({ length: 20_000 }, (_, index) => ({ index }));
    assert.equal(abs(-round), round);
  }
});

test("what cannot be loaded or found says so", () => {
  assert.throws(
    () => loadNativeLibrary("/nonexistent/library.so"),
    /Failed to load shared library/,
  );
  const library = loadNativeLibrary(C_LIBRARY);
  assert.throws(() => library.address("no_such_function_at_all"), /no_such_function_at_all/);
});
