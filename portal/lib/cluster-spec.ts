// The body of a new cluster, from a form of a few fields and whatever else is given as JSON.
import { scaleSettings } from "./command-lines.ts";
import type { Scale } from "./command-lines.ts";

export interface ClusterDraft {
  readonly name: string;
  readonly vmSize: string;
  readonly vmPriority: "dedicated" | "lowpriority";
  readonly scale: Scale;
  readonly user: string;
  readonly sshKey: string;
  /** More properties, as JSON; empty: none. */
  readonly more: string;
}

export const freshCluster: ClusterDraft = {
  name: "",
  vmSize: "STANDARD_D2S_V3",
  vmPriority: "dedicated",
  scale: { kind: "auto", min: 0, max: 1 },
  user: "batchai",
  sshKey: "",
  more: "",
};

/** Undefined: what was given as JSON is no object. */
export function clusterBody(draft: ClusterDraft): { readonly properties: object } | undefined {
  const more = moreOf(draft.more);
  if (more === undefined) return undefined;
  return {
    properties: {
      vmSize: draft.vmSize,
      vmPriority: draft.vmPriority,
      scaleSettings: scaleSettings(draft.scale),
      userAccountSettings: {
        adminUserName: draft.user,
        ...(draft.sshKey.trim() === "" ? {} : { adminUserSshPublicKey: draft.sshKey.trim() }),
      },
      ...more,
    },
  };
}

function moreOf(text: string): object | undefined {
  if (text.trim() === "") return {};
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const secretNames = /key$|password$|secret|credential|token/i;

/** The same with placeholders for what nobody should read over a shoulder, or find in a shell's history. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isSecret = typeof member === "string" && secretNames.test(name) && !/publickey$/i.test(name);
      return [name, isSecret ? "…" : withoutSecrets(member)];
    }),
  );
}
