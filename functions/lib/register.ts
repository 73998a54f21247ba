// The only place that registers functions: HTTP operations, orchestrations, activities. Everything arrives as values, so
// that importing a module never registers anything.
import { app } from "@azure/functions";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { app as durable, input } from "durable-functions";
import type { OrchestrationHandler } from "durable-functions";
import type { LongLivedServices, Services } from "../../services/services.ts";
import { durableOrchestrations } from "./durable-client.ts";

export interface HttpTrigger {
  readonly name: string;
  readonly methods: readonly ("GET" | "PUT" | "PATCH" | "POST" | "DELETE" | "HEAD" | "OPTIONS")[];
  readonly route: string;
  handle(request: HttpRequest, services: Services): Promise<HttpResponseInit>;
}

export interface RegisteredOrchestration {
  readonly name: string;
  readonly handler: OrchestrationHandler;
}

export interface RegisteredActivity {
  readonly name: string;
  run(services: Services, input: unknown): Promise<unknown>;
}

export function registerAll(
  parts: {
    readonly triggers: readonly HttpTrigger[];
    readonly orchestrations: readonly RegisteredOrchestration[];
    readonly activities: readonly RegisteredActivity[];
  },
  services: LongLivedServices,
): void {
  const client = input.durableClient();
  const forInvocation = (context: InvocationContext): Services => ({
    ...services,
    orchestrations: durableOrchestrations(context),
  });
  for (const { name, methods, route, handle } of parts.triggers) {
    app.http(name, {
      methods: [...methods],
      route,
      authLevel: "anonymous",
      extraInputs: [client],
      handler: (request, context) => handle(request, forInvocation(context)),
    });
  }
  for (const { name, handler } of parts.orchestrations) durable.orchestration(name, handler);
  for (const { name, run } of parts.activities) {
    durable.activity(name, {
      extraInputs: [client],
      handler: (activityInput: unknown, context: InvocationContext) => run(forInvocation(context), activityInput),
    });
  }
}
