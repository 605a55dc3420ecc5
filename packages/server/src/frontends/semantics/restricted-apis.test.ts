import assert from "node:assert/strict";
import { test } from "node:test";
import { RestrictedApis } from "./restricted-apis.ts";

const restrictions = new RestrictedApis(
  [
    { apis: ["health", "statistics"], header: "Admin-Key", value: "secret" },
    { apis: ["inference"], header: "user", value: "" },
  ],
  "prefix-",
);

function source(headers: Readonly<Record<string, string>>): {
  header(name: string): string | undefined;
} {
  return { header: (name) => headers[name] };
}

test("a restricted API answers only the agreed value under the prefixed name", () => {
  const cases = [
    [{}, "prefix-Admin-Key"],
    [{ "admin-key": "secret" }, "prefix-Admin-Key"],
    [{ "prefix-admin-key": "Secret" }, "prefix-Admin-Key"],
    [{ "prefix-admin-key": "secret" }, null],
  ] as const;
  for (const [headers, missing] of cases) {
    assert.equal(restrictions.missingHeader("statistics", source(headers)), missing);
    assert.equal(restrictions.missingHeader("health", source(headers)), missing);
  }
});

test("an empty value has to be sent, too", () => {
  assert.equal(restrictions.missingHeader("inference", source({})), "prefix-user");
  assert.equal(restrictions.missingHeader("inference", source({ "prefix-user": "" })), null);
});

test("an API that no group names is open", () => {
  assert.equal(restrictions.missingHeader("logging", source({})), null);
});
