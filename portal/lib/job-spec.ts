// The body of a job as a person writes it: from what a job that exists shows of itself, from a form, and checked so far as it must be JSON. What
// is right in it is for the service to say.
import type { JobResponse } from "../../domain/job/wire.ts";
import { t } from "../texts/texts.ts";

/** What a job shows beside what was asked for. */
const readOnly = [
  "creationTime",
  "executionInfo",
  "executionState",
  "executionStateTransitionTime",
  "experimentName",
  "jobOutputDirectoryPathSegment",
  "provisioningState",
  "provisioningStateTransitionTime",
  "toolType",
  "cluster",
];

/** A job.json that asks for the same again. Values of secrets are not shown: `needs` names those that must be given again. */
export function specOfJob({ properties }: JobResponse): {
  readonly spec: object;
  readonly needs: readonly string[];
} {
  const spec = Object.fromEntries(
    Object.entries(properties).filter(
      ([name, value]) => !readOnly.includes(name) && !(Array.isArray(value) && value.length === 0),
    ),
  );
  const secrets = properties.secrets.map(({ name }) => t.newJob.secretValue(name));
  const mounts = properties.mountVolumes === undefined ? [] : [t.newJob.mountCredentials];
  return { spec: { properties: spec }, needs: [...secrets, ...mounts] };
}

export function customSpec(commandLine: string, nodeCount: number): object {
  return {
    properties: {
      nodeCount,
      customToolkitSettings: { commandLine },
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/out",
    },
  };
}

export type ReadSpec =
  | { readonly kind: "spec"; readonly properties: Readonly<Record<string, unknown>> }
  | { readonly kind: "problem"; readonly message: string };

export function readSpec(text: string): ReadSpec {
  let value: unknown;
  try {
    value = JSON.parse(text) as unknown;
  } catch (error) {
    return { kind: "problem", message: t.newJob.noJson((error as Error).message) };
  }
  const properties = isObject(value) && isObject(value["properties"]) ? value["properties"] : undefined;
  if (properties !== undefined) return { kind: "spec", properties };
  return { kind: "problem", message: t.newJob.noJob };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A name for a copy that is free as far as is known: `first-2` of `first`. */
export function nextName(name: string, taken: ReadonlySet<string>): string {
  const base = name.replace(/-\d{1,4}$/, "");
  for (let number = 2; ; number += 1) {
    const next = `${base.slice(0, 58)}-${number}`;
    if (!taken.has(next)) return next;
  }
}
