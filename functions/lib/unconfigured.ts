// The app without its settings: its HTTP functions are there and say what is missing, where a deployment whose load fails would be a
// host with no functions that answers 404. Durable functions and timers stay unregistered: what waits for them is not lost.
import { app } from "@azure/functions";
import { AppError } from "../../domain/shared/errors.ts";
import type { ErrorDetail } from "../../domain/shared/errors.ts";
import { refused } from "../http/lib/reply.ts";
import type { HttpTrigger } from "./register.ts";

/** Settings do not come by themselves; they are changed, which starts the app again. */
const retryAfterSeconds = "60";

export function registerUnconfigured(
  triggers: readonly HttpTrigger[],
  problems: readonly { readonly setting: string; readonly reason: string }[],
): void {
  const names = [...new Set(problems.map(({ setting }) => setting))].join(", ");
  const details: ErrorDetail[] = problems.map(({ setting, reason }) => ({
    code: "ServiceNotConfigured",
    target: setting,
    message: `${setting}: ${reason}`,
  }));
  const error = new AppError(
    "ServiceNotConfigured",
    `The service is not configured: set ${names} in the settings of the Functions app, which then starts again.`,
    { details },
  );
  for (const { name, methods, route } of triggers)
    app.http(name, {
      methods: [...methods],
      route,
      authLevel: "anonymous",
      handler: async () => refused(error, { "retry-after": retryAfterSeconds }),
    });
}
