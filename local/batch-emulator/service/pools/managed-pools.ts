// Updates of pools as the management plane states them: a whole desired state, where the data plane has one call per
// aspect. Source: Microsoft.Batch pools, "Pool - Update": only some properties can change after creation.
import { PoolSpec } from "../../schema/pool-spec.ts";
import type { ResizeBody } from "../../schema/pool-spec.ts";
import { invalidProperty } from "../account/fault.ts";
import type { Pool } from "../entities/model.ts";
import { currentNodes } from "../account/quota.ts";
import { checkFormula, checkTargets, refuseDeleted, refuseResizing, resizePool } from "./pool-commands.ts";
import { differs, replaceSpec } from "./pool-updates.ts";
import type { AccountState } from "../account/account-state.ts";

type Option = ResizeBody["nodeDeallocationOption"];

/** Properties that an update may carry; scale settings come apart. */
const changeable = new Set([
  ...["startTask", "metadata", "applicationPackageReferences", "targetNodeCommunicationMode", "displayName"],
  ...["resourceTags", "upgradePolicy"],
]);
const scale = new Set([
  ...[
    "targetDedicatedNodes",
    "targetLowPriorityNodes",
    "resizeTimeout",
    "enableAutoScale",
    "autoScaleFormula",
  ],
  "autoScaleEvaluationInterval",
]);

/** A PUT on an existing pool: what cannot change must be the same. */
export function replaceManaged(account: AccountState, pool: Pool, spec: PoolSpec, option: Option): void {
  refuseDeleted(pool);
  const after: Readonly<Record<string, unknown>> = {
    ...spec,
    vmSize: spec.vmSize.toLowerCase(),
    id: pool.id,
  };
  refuseChanges(pool, after, [...Object.keys(pool.spec), ...Object.keys(after)]);
  const kept = Object.fromEntries(Object.entries(pool.spec).filter(([name]) => !changeable.has(name)));
  const given = Object.fromEntries(Object.entries(after).filter(([name]) => changeable.has(name)));
  applyScale(account, pool, after, { ...spec, nodeDeallocationOption: option }, () =>
    replaceSpec(account, pool, PoolSpec.parse({ ...kept, ...given })),
  );
}

/** A PATCH: only what is there. */
export function resizeManaged(
  account: AccountState,
  pool: Pool,
  given: Readonly<Record<string, unknown>>,
  fixed: ResizeBody | undefined,
): void {
  refuseDeleted(pool);
  const { vmSize } = given;
  const stated = { ...given, ...(typeof vmSize === "string" ? { vmSize: vmSize.toLowerCase() } : {}) };
  refuseChanges(pool, stated, Object.keys(given));
  const changes = Object.fromEntries(Object.entries(given).filter(([name]) => changeable.has(name)));
  applyScale(account, pool, given, fixed, () =>
    replaceSpec(account, pool, PoolSpec.parse({ ...pool.spec, ...changes })),
  );
}

/** What is stated as it was is no change. */
function refuseChanges(pool: Pool, given: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  for (const name of names)
    if (name !== "id" && !changeable.has(name) && !scale.has(name) && differs(pool.spec, name, given[name]))
      throw invalidProperty(
        name,
        JSON.stringify(given[name]) ?? "",
        "The property cannot be changed after the pool was created",
      );
}

/** Checks the new scale first, then writes the other properties, then resizes: a refused update changes nothing. */
function applyScale(
  account: AccountState,
  pool: Pool,
  given: Readonly<Record<string, unknown>>,
  fixed: ResizeBody | undefined,
  writeRest: () => void,
): void {
  const formula = given["autoScaleFormula"];
  if (typeof formula === "string") {
    checkFormula(account, formula);
    refuseResizing(pool);
    writeRest();
    const interval = given["autoScaleEvaluationInterval"];
    pool.spec = {
      ...pool.spec,
      enableAutoScale: true,
      autoScaleFormula: formula,
      ...(typeof interval === "string" ? { autoScaleEvaluationInterval: interval } : {}),
    };
    account.events.emit("autoscaleChanged", pool);
    account.save(pool, true);
    return;
  }
  const differs =
    fixed !== undefined &&
    ((fixed.targetDedicatedNodes ?? pool.targetDedicated) !== pool.targetDedicated ||
      (fixed.targetLowPriorityNodes ?? pool.targetLowPriority) !== pool.targetLowPriority ||
      pool.spec.enableAutoScale === true ||
      isShort(pool));
  if (differs) checkTargets(account, pool, fixed);
  if (differs) refuseResizing(pool);
  writeRest();
  if (!differs) return;
  const { enableAutoScale: _e, autoScaleFormula: _f, autoScaleEvaluationInterval: _i, ...rest } = pool.spec;
  pool.spec = rest;
  account.events.emit("autoscaleChanged", pool);
  resizePool(account, pool, fixed);
}

/** A resize before was given up: asking for the same again is a new try. */
function isShort(pool: Pool): boolean {
  return (
    pool.allocation === "steady" &&
    (currentNodes(pool, true) < pool.targetDedicated || currentNodes(pool, false) < pool.targetLowPriority)
  );
}
