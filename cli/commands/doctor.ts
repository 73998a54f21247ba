import { ApiError } from "../../client/api-error.ts";
import { all } from "../../client/paging.ts";
import type { CheckResponse } from "../../domain/shared/answers.ts";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { text, texts } from "../options.ts";
import { checkColumns } from "../output/columns.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { printAll, printing } from "../output/print.ts";
import { ofService, openService } from "../service.ts";

export const doctor = command({
  examples: ["doctor -o table", "doctor --vm-size STANDARD_NC4AS_T4_V3 --vm-size STANDARD_D2S_V5"],
  options: {
    ...ofService,
    location: text(
      "-l, --location <region>",
      "the region (default: the local cloud's, or $BATCHAI_LOCATION)",
    ),
    vmSize: texts("--vm-size <size>", "also ask whether nodes of this size can be had; may be repeated"),
    ...printing,
  },
  async run(given, context) {
    const { client, subscriptionId, ...service } = await openService(given, context);
    const location = given.location ?? service.location;
    if (location === undefined) throw usageError("Name the region with -l, or set BATCHAI_LOCATION.");
    const checks = await all(client.preflight(subscriptionId, location, given.vmSize)).catch(unconfigured);
    await printAll(checks, checkColumns, given, context);
    return checks.some(({ status }) => status === "failed") ? exitCodes.cannotRun : exitCodes.ok;
  },
});

/** A service without its settings says which: they are checks that failed, and nothing else can be asked. */
function unconfigured(error: unknown): CheckResponse[] {
  if (!(error instanceof ApiError) || error.code !== "ServiceNotConfigured") throw error;
  return error.details.map(({ target = "settings", message }) => ({
    name: target,
    status: "failed",
    detail: message,
    remedy: "set it in the settings of the Functions app, or run azd provision again",
  }));
}
