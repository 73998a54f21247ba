// What a workspace costs, as a typed call in our own version of the API.
import { ownApiVersion } from "../domain/shared/api-versions.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { WorkspaceRef } from "../domain/shared/resource-id.ts";
import { CostReportResponse } from "../domain/usage/wire.ts";
import type { CostGrouping } from "../domain/usage/wire.ts";
import { checked } from "./checked.ts";
import type { HttpApi } from "./http-api.ts";

export interface CostQuestion {
  readonly groupBy: CostGrouping;
  /** ISO 8601: from then on. */
  readonly since?: string | undefined;
  /** Before then. */
  readonly until?: string | undefined;
  /** Only jobs of this one. */
  readonly experiment?: string | undefined;
  /** The region whose prices are taken; the service's own where it is absent. */
  readonly location?: string | undefined;
  /** 1 to 1000 groups are told one by one. */
  readonly top?: number | undefined;
}

export async function costsOf(
  api: HttpApi,
  workspace: WorkspaceRef,
  asked: CostQuestion,
): Promise<CostReportResponse> {
  const given = Object.entries(asked).flatMap(([name, value]: [string, string | number | undefined]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  const query = { "api-version": ownApiVersion, ...Object.fromEntries(given) };
  const { body } = await api.send("GET", `${formatId(workspace)}/costs`, { query });
  return checked(CostReportResponse, body);
}
