// `batchai status`: which service the commands of this folder talk to, why that one, and whether it answers.
import { ApiError } from "../../client/api-error.ts";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { failureOf } from "../failure.ts";
import { exitCodes } from "../output/exit-codes.ts";
import type { Columns } from "../output/print.ts";
import { printing, printOne } from "../output/print.ts";
import { cloudFileOf, ofService, openService } from "../service.ts";
import type { Service } from "../service.ts";

interface Status {
  readonly endpoint: string;
  /** What named it. */
  readonly origin: string;
  readonly state: "answers" | "refuses" | "does not answer";
  readonly detail: string | undefined;
  readonly resourceGroup: string;
  readonly workspace: string | undefined;
  readonly workspaces: number | undefined;
}

const columns: Columns<Status> = [
  ["Endpoint", ({ endpoint }) => endpoint],
  ["State", ({ state }) => state],
  ["Resource Group", ({ resourceGroup }) => resourceGroup],
  ["Workspace", ({ workspace }) => workspace],
  ["Workspaces", ({ workspaces }) => workspaces],
  ["Because of", ({ origin }) => origin],
];

export const status = command({
  examples: ["status", "status -o json"],
  options: { ...ofService, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const { exitCode, ...answer } = await asked(service);
    const shown: Status = {
      endpoint: service.endpoint,
      origin: originOf(given.cloud, context),
      resourceGroup: service.resourceGroup,
      workspace: context.environment["BATCHAI_WORKSPACE"] || undefined,
      ...answer,
    };
    await printOne(shown, columns, given, context);
    if (answer.detail !== undefined) context.err(`${answer.detail}\n`);
    return exitCode;
  },
});

async function asked({ client, subscriptionId, resourceGroup }: Service) {
  try {
    let workspaces = 0;
    for await (const _ of client.workspaces.list({ subscriptionId, resourceGroup })) workspaces += 1;
    return { state: "answers", workspaces, detail: undefined, exitCode: exitCodes.ok } as const;
  } catch (error) {
    const { message, exitCode } = failureOf(error);
    const state = error instanceof ApiError ? "refuses" : "does not answer";
    return { state, workspaces: undefined, detail: message, exitCode } as const;
  }
}

function originOf(cloud: string | undefined, context: Context): string {
  if (cloud !== undefined) return "--cloud";
  const { environment, profile } = context;
  const endpoint = environment["BATCHAI_ENDPOINT"];
  if (endpoint && profile?.settings.endpoint !== endpoint) return "BATCHAI_ENDPOINT";
  if (endpoint || profile?.cloud !== undefined) return `profile ${profile?.name ?? ""}`;
  return cloudFileOf({}, context) ?? "";
}
