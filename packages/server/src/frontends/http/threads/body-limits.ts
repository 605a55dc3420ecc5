import type { RestrictedApiGroup } from "../../../config/server-options.ts";
import { RestrictedApis } from "../../semantics/restricted-apis.ts";
import { INFER_BODY_SIZE_MAX } from "../infer-body.ts";
import { API_OF } from "../restricted-endpoints.ts";
import { RouteCache } from "../router.ts";
import type { HttpRequestHead } from "../wire/http-exchange.ts";

/** What decides over bodies. */
export interface BodyLimitOptions {
  readonly restrictedApis: readonly RestrictedApiGroup[];
  readonly maxInputSizeBytes: number;
}

/**
 * How much body a thread takes before the core has seen the request: as much as the endpoint would, and nothing where the
 * core will refuse for the path or a missing header. The answer is always the core's.
 */
export class BodyLimits {
  readonly #routes = new RouteCache();
  readonly #restrictedApis: RestrictedApis;
  readonly #inputSizeMax: number;

  constructor({ restrictedApis, maxInputSizeBytes }: BodyLimitOptions) {
    this.#restrictedApis = new RestrictedApis(restrictedApis, "");
    this.#inputSizeMax = maxInputSizeBytes;
  }

  /** The most bytes of body that are received for this head. */
  sizeMaxOf(head: HttpRequestHead): number {
    const route = this.#routes.find(head.path);
    if (route === null || this.#restrictedApis.missingHeader(API_OF[route.kind], head) !== null) {
      return 0;
    }
    return route.kind === "infer" ? INFER_BODY_SIZE_MAX : this.#inputSizeMax;
  }
}
