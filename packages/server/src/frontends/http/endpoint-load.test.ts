import assert from "node:assert/strict";
import { test } from "node:test";
import { nullLogger } from "../../base/logger.ts";
import type { ServerFacade } from "../../engine/server-facade.ts";
import { endpointLoadLine } from "./endpoint-load.ts";

function serverWith(
  blocks: Readonly<Record<string, number>>,
): Pick<ServerFacade, "metricFamilies" | "log"> & { readonly errors: string[] } {
  const errors: string[] = [];
  const samples = Object.entries(blocks).map(([type, value]) => ({
    labels: { kv_cache_block_type: type, model: "m" },
    value,
  }));
  return {
    errors,
    log: { ...nullLogger, error: (message) => errors.push(message) },
    metricFamilies: () => [
      { name: "other", help: "", type: "gauge", samples: [{ labels: {}, value: 1 }] },
      { name: "nv_trt_llm_kv_cache_block_metrics", help: "", type: "gauge", samples },
    ],
  };
}

test("the load is told in the format that is asked for", () => {
  const server = serverWith({ used: 3, max: 4, tokens_per: 64, free: 1 });
  assert.equal(
    endpointLoadLine(server, "text"),
    "endpoint-load-metrics: TEXT named_metrics.kv_cache_utilization=0.750000, named_metrics.max_token_capacity=256\r\n",
  );
  assert.equal(
    endpointLoadLine(server, "json"),
    'endpoint-load-metrics: JSON {"named_metrics":{"kv_cache_utilization":0.75,"max_token_capacity":256}}\r\n',
  );
  assert.match(
    endpointLoadLine(serverWith({ used: 0, max: 0, tokens_per: 64 }), "json"),
    /"kv_cache_utilization":0\.0,"max_token_capacity":0/,
  );
  assert.deepEqual(server.errors, []);
});

test("what cannot be told is left out, and logged", () => {
  const missing = serverWith({ used: 3, max: 4 });
  assert.equal(endpointLoadLine(missing, "text"), "");
  assert.match(missing.errors.join(), /One or more of the kv metrics was not found or invalid/);
  const unknown = serverWith({ used: 3, max: 4, tokens_per: 64 });
  assert.equal(endpointLoadLine(unknown, "xml"), "");
  assert.match(unknown.errors.join(), /orca_type is set to an invalid type: xml/);
});
