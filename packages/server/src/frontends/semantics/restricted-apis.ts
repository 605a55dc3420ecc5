import type { RestrictedApi, RestrictedApiGroup } from "../../config/server-options.ts";

/** The headers of a request. */
export interface HeaderSource {
  /** The value of a header by its name in lower case; undefined if it was not sent. */
  header(name: string): string | undefined;
}

interface Restriction {
  /** As clients are told. */
  readonly header: string;
  /** In lower case. */
  readonly lookedUp: string;
  readonly value: string;
}

/**
 * `--http-restricted-api` and `--grpc-restricted-protocol`: parts of the protocol that answer only requests with an agreed
 * header.
 *
 * @see Triton server src/restricted_features.h
 */
export class RestrictedApis {
  readonly #restrictions: ReadonlyMap<RestrictedApi, Restriction>;

  /** @param prefix stands before the name of every header; in lower case */
  constructor(groups: readonly RestrictedApiGroup[], prefix: string) {
    const restrictions = new Map<RestrictedApi, Restriction>();
    for (const { apis, header, value } of groups) {
      const name = `${prefix}${header}`;
      for (const api of apis) {
        restrictions.set(api, { header: name, lookedUp: name.toLowerCase(), value });
      }
    }
    this.#restrictions = restrictions;
  }

  /** The header that the request should have carried, or null if it may go on. */
  missingHeader(api: RestrictedApi, source: HeaderSource): string | null {
    const restriction = this.#restrictions.get(api);
    return restriction === undefined || source.header(restriction.lookedUp) === restriction.value
      ? null
      : restriction.header;
  }
}
