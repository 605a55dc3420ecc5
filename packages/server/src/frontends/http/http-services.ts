import type { InferRequestDecoder } from "@nereid/protocol";
import type { ServerFacade } from "../../engine/server-facade.ts";
import type { HeaderForwarding } from "../semantics/header-forwarding.ts";
import type { RestrictedApis } from "../semantics/restricted-apis.ts";
import type { AnswerEncoder } from "./answer-encoder.ts";
import type { GenerateEncoder } from "./generate-encoder.ts";

/** What every endpoint of the HTTP front end works with. */
export interface HttpServices {
  readonly server: ServerFacade;
  readonly restrictedApis: RestrictedApis;
  /** null: no header becomes a parameter. */
  readonly headerForwarding: HeaderForwarding | null;
  readonly answerEncoder: AnswerEncoder;
  readonly generateEncoder: GenerateEncoder;
  readonly requestDecoder: InferRequestDecoder;
  /** `--http-max-input-size`, bytes. */
  readonly inputSizeMax: number;
  /** `--http-overload-retry-after`, seconds; 0: overload is answered as the real server does. */
  readonly overloadRetryAfterSeconds: number;
}
