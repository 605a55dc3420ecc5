import { compileServerOptions, type PartialGrpcOptions } from "../../../config/server-options.ts";
import { GrpcFrontend, type GrpcLimits } from "../grpc-frontend.ts";
import type { Http2Receiver } from "../http2/http2-stream.ts";
import { type FakeModel, FakeServer } from "./fake-server.ts";
import { FakeHead, FakeStream } from "./fake-stream.ts";

/** One call of a test: what the client does, and what came of it. */
export class TestCall {
  readonly stream: FakeStream;
  readonly #receiver: Http2Receiver | null;

  constructor(frontend: GrpcFrontend, head: FakeHead) {
    this.stream = new FakeStream(head);
    this.#receiver = frontend.onStream(this.stream);
  }

  get outcome(): string {
    return this.stream.outcome;
  }

  send(bytes: Uint8Array, flags = 0): this {
    if (this.stream.isOpen) {
      this.#receiver?.onMessage(this.stream, this.stream.message(bytes, flags));
    }
    return this;
  }

  end(): this {
    if (this.stream.isOpen) {
      this.#receiver?.onRequestEnd(this.stream, null);
    }
    return this;
  }

  cancel(): void {
    this.stream.isOpen = false;
    this.#receiver?.onCancelled(this.stream, 8);
  }

  drain(): void {
    this.stream.hasRoom = true;
    this.#receiver?.onDrain(this.stream);
  }

  fault(fault: "tooLarge" | "truncated" | "memory", size: number): void {
    this.#receiver?.onMessageFault(this.stream, fault, size);
  }

  /** Lets answers come that take some turns of the event loop. */
  async settled(): Promise<this> {
    for (let turn = 0; turn < 1000 && this.stream.isOpen; turn++) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
    return this;
  }
}

interface MethodOf<RequestInit, Response> {
  readonly path: string;
  encodeRequest(request: RequestInit): Uint8Array;
  decodeResponse(bytes: Uint8Array): Response;
}

/** A front end over fake models. */
export class CallHarness {
  readonly server: FakeServer;
  readonly frontend: GrpcFrontend;

  constructor(
    models: readonly FakeModel[] = [],
    options: PartialGrpcOptions = {},
    limits: Partial<GrpcLimits> = {},
  ) {
    this.server = new FakeServer(...models);
    const { grpc } = compileServerOptions({ modelRepositories: ["/models"], grpc: options });
    this.frontend = new GrpcFrontend(this.server, grpc, limits);
  }

  /** @param method of the inference service, or a whole path */
  call(method: string, headers: Readonly<Record<string, string>> = {}): TestCall {
    const path = method.startsWith("/") ? method : `/inference.GRPCInferenceService/${method}`;
    return new TestCall(this.frontend, new FakeHead(path, headers));
  }

  callWith(head: FakeHead): TestCall {
    return new TestCall(this.frontend, head);
  }

  /** The response to a call of the control plane, or what it ended with. */
  async ask<RequestInit, Response>(
    method: MethodOf<RequestInit, Response>,
    request: RequestInit,
  ): Promise<Response | string> {
    const call = this.call(method.path).send(method.encodeRequest(request)).end();
    await call.settled();
    const [message] = call.stream.messages;
    return call.outcome === "0" && message !== undefined
      ? method.decodeResponse(message.bytes)
      : call.outcome;
  }
}
