import { Health, HealthCheckResponse_ServingStatus } from "../gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionV1Alpha } from "../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { GRPCInferenceService } from "../gen/inference/grpc_service_pb.ts";
import { type GrpcMethods, grpcMethodsOf } from "./grpc-method.ts";

/** The calls of inference.GRPCInferenceService. The two hot ones have codecs of their own as well. */
export const inferenceMethods: GrpcMethods<typeof GRPCInferenceService> =
  grpcMethodsOf(GRPCInferenceService);

/** The calls of grpc.health.v1.Health. */
export const healthMethods: GrpcMethods<typeof Health> = grpcMethodsOf(Health);

/** What a health check answers. */
export const ServingStatus: typeof HealthCheckResponse_ServingStatus =
  HealthCheckResponse_ServingStatus;
/** One of the answers of a health check. */
export type ServingStatus = HealthCheckResponse_ServingStatus;

/** The call of grpc.reflection.v1.ServerReflection. */
export const reflectionMethods: GrpcMethods<typeof ServerReflection> =
  grpcMethodsOf(ServerReflection);

/** The call of grpc.reflection.v1alpha.ServerReflection: the same messages on the wire. */
export const reflectionV1AlphaMethods: GrpcMethods<typeof ServerReflectionV1Alpha> =
  grpcMethodsOf(ServerReflectionV1Alpha);
