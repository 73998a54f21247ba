// What the 2018 API had and this service cannot honour yet. Such a field is refused with a clear 400, never accepted and
// ignored. This is the only list: when a feature is built, its line goes away.
import { AppError } from "./errors.ts";

interface Unavailable {
  /** Member path in the request body; `[]` stands for every item of a list. */
  readonly path: string;
  /** Completes "… is not available yet: ". */
  readonly instead: string;
}

const mountsUnder = (path: string): readonly Unavailable[] => [
  {
    path: `${path}.fileServers`,
    instead:
      "mount an Azure file share (azureFileShares), or an NFS server of your own (unmanagedFileSystems)",
  },
];

const clusterFields: readonly Unavailable[] = mountsUnder("properties.nodeSetup.mountVolumes");

const jobFields: readonly Unavailable[] = mountsUnder("properties.mountVolumes");

const lists = { cluster: clusterFields, job: jobFields } as const;

/** @throws AppError FeatureNotAvailable naming the first field that is given and not available. */
export function refuseUnavailable(kind: keyof typeof lists, body: unknown): void {
  for (const { path, instead } of lists[kind]) {
    const found = findGiven(body, path.split("."), "");
    if (found !== undefined) {
      throw new AppError("FeatureNotAvailable", `${found}: is not available yet; instead, ${instead}`, {
        target: found,
      });
    }
  }
}

/** Path of the first place where the field is given with content (null, `[]` and `{}` count as not given). */
function findGiven(value: unknown, path: readonly string[], at: string): string | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return hasContent(value) ? at : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const isList = head.endsWith("[]");
  const key = isList ? head.slice(0, -2) : head;
  const member = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  const here = at === "" ? key : `${at}.${key}`;
  if (!isList) return findGiven(member, rest, here);
  if (!Array.isArray(member)) return undefined;
  for (const [index, item] of member.entries()) {
    const found = findGiven(item, rest, `${here}[${index}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hasContent(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
