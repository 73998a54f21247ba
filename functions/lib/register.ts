// The only place that registers functions: HTTP operations, timers, orchestrations, activities. Everything arrives as values, so
// that importing a module never registers anything.
import { app } from "@azure/functions";
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { app as durable, input } from "durable-functions";
import type { OrchestrationHandler } from "durable-functions";
import type { LongLivedServices, Services } from "../../services/services.ts";
import { durableOrchestrations } from "./durable-client.ts";
import { invocationLogger } from "./invocation-logger.ts";

export interface HttpTrigger {
  readonly name: string;
  readonly methods: readonly ("GET" | "PUT" | "PATCH" | "POST" | "DELETE" | "HEAD" | "OPTIONS")[];
  readonly route: string;
  handle(request: HttpRequest, services: Services): Promise<HttpResponseInit>;
}

export interface TimerTrigger {
  readonly name: string;
  /** NCRONTAB, seconds first. */
  readonly schedule: string;
  readonly runOnStartup: boolean;
  handle(services: Services): Promise<void>;
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
    readonly timers: readonly TimerTrigger[];
    readonly orchestrations: readonly RegisteredOrchestration[];
    readonly activities: readonly RegisteredActivity[];
  },
  services: LongLivedServices,
): void {
  const client = input.durableClient();
  const forInvocation = (context: InvocationContext): Services => ({
    ...services,
    logger: invocationLogger(context),
    orchestrations: durableOrchestrations(context),
  });
  for (const trigger of parts.triggers) {
    const { name, methods, route } = trigger;
    app.http(name, {
      methods: [...methods],
      route,
      authLevel: "anonymous",
      extraInputs: [client],
      handler: (request, context) => trigger.handle(request, forInvocation(context)),
    });
  }
  for (const timer of parts.timers) {
    app.timer(timer.name, {
      schedule: timer.schedule,
      runOnStartup: timer.runOnStartup,
      extraInputs: [client],
      handler: (_timer, context) => timer.handle(forInvocation(context)),
    });
  }
  for (const { name, handler } of parts.orchestrations) durable.orchestration(name, handler);
  for (const activity of parts.activities) {
    durable.activity(activity.name, {
      extraInputs: [client],
      handler: (activityInput: unknown, context: InvocationContext) =>
        activity.run(forInvocation(context), activityInput),
    });
  }
}
