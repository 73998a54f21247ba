// References to resources, and their ARM ids: parse, format, compare. Ids keep the caller's spelling and are compared without
// case, because clients build them freely (the service itself returned `fileservers` and `fileServers`).
import { z } from "zod";
import { aWord, collectionOf, lineOf, resourceKinds, rowOf, typePath } from "../resources.ts";
import type { NamesOf, ParentOf, ResourceKind } from "../resources.ts";
import { AppError } from "./errors.ts";
import { checkGroupName, checkResourceName } from "./names.ts";

/** What names one resource: a group, and a name for each kind from the workspace down. */
export type RefOf<Kind extends ResourceKind> = {
  readonly kind: Kind;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
} & NamesOf<Kind>;
export type ResourceRef = { readonly [Kind in ResourceKind]: RefOf<Kind> }[ResourceKind];
/** Of what the resource stands in; `never` for what stands in a group. */
export type ParentRefOf<Kind extends ResourceKind> = Kind extends ResourceKind
  ? [ParentOf<Kind>] extends [never]
    ? never
    : RefOf<ParentOf<Kind>>
  : never;
export type WorkspaceRef = RefOf<"workspace">;
export type ClusterRef = RefOf<"cluster">;
export type FileServerRef = RefOf<"fileServer">;
export type ExperimentRef = RefOf<"experiment">;
export type JobRef = RefOf<"job">;
export type SweepRef = RefOf<"sweep">;
export type TriggerRef = RefOf<"trigger">;

type RefShape<Kind extends ResourceKind> = {
  readonly kind: z.ZodLiteral<Kind>;
  readonly subscriptionId: z.ZodString;
  readonly resourceGroup: z.ZodString;
} & { readonly [Name in keyof NamesOf<Kind>]: z.ZodString };

/** The members of a document, or of what crosses between orchestrations and activities, that name its resource. */
export function refShape<Kind extends ResourceKind>(kind: Kind): RefShape<Kind> {
  return {
    kind: z.literal(kind),
    subscriptionId: z.string(),
    resourceGroup: z.string(),
    ...Object.fromEntries(lineOf(kind).map((name) => [name, z.string()])),
  } as unknown as RefShape<Kind>;
}

/** The reference in a document, which holds more. */
export function refOf<Kind extends ResourceKind>(document: RefOf<Kind>): RefOf<Kind> {
  return made(document.kind, document, namesOf(document));
}

export function workspaceOf(ref: RefOf<ResourceKind>): WorkspaceRef {
  const { subscriptionId, resourceGroup, workspace } = ref;
  return { kind: "workspace", subscriptionId, resourceGroup, workspace };
}

/** What the resource stands in; undefined for what stands in a group. */
export function parentOf(ref: RefOf<ResourceKind>): ResourceRef | undefined {
  const { parent } = rowOf(ref.kind);
  return parent === undefined ? undefined : (made(parent, ref, namesOf(ref)) as ResourceRef);
}

/** The names in an id, from the outermost. */
export function namesOf(ref: RefOf<ResourceKind>): readonly string[] {
  const names = ref as unknown as Readonly<Record<string, string>>;
  return lineOf(ref.kind).map((kind) => names[kind] ?? "");
}

/** @param names from the outermost; those beyond the kind are left out. */
function made<Kind extends ResourceKind>(
  kind: Kind,
  { subscriptionId, resourceGroup }: { readonly subscriptionId: string; readonly resourceGroup: string },
  names: readonly string[],
): RefOf<Kind> {
  const named = lineOf(kind).map((each, depth) => [each, names[depth] ?? ""]);
  return { kind, subscriptionId, resourceGroup, ...Object.fromEntries(named) } as RefOf<Kind>;
}

/** A reference of names that somebody sent. @throws AppError InvalidResourceName */
export function checkedRef<Kind extends ResourceKind>(
  kind: Kind,
  { subscriptionId, resourceGroup }: { readonly subscriptionId: string; readonly resourceGroup: string },
  names: readonly string[],
): RefOf<Kind> {
  const group = { subscriptionId, resourceGroup: checkGroupName("resource group", resourceGroup) };
  return made(
    kind,
    group,
    lineOf(kind).map((each, depth) => checkResourceName(rowOf(each).word, names[depth] ?? "")),
  );
}

const provider = "Microsoft.BatchAI";

/** `type` exactly as the real service returned it. */
export function resourceType(kind: ResourceKind): string {
  return `${provider}/${typePath(kind)}`;
}

export function formatId(ref: RefOf<ResourceKind>): string {
  const names = namesOf(ref);
  const path = lineOf(ref.kind).map((kind, depth) => `${collectionOf(kind)}/${names[depth] ?? ""}`);
  return `/subscriptions/${ref.subscriptionId}/resourceGroups/${ref.resourceGroup}/providers/${provider}/${path.join("/")}`;
}

/** A key that is equal exactly when the ids mean the same resource. */
export function idKey(ref: RefOf<ResourceKind>): string {
  return formatId(ref).toLowerCase();
}

export function sameId(a: ResourceRef, b: ResourceRef): boolean {
  return idKey(a) === idKey(b);
}

const pattern =
  /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/microsoft\.batchai((?:\/[^/]+\/[^/]+)+)\/?$/i;

/**
 * Reads an ARM id of a Batch AI resource, in any case.
 * @throws AppError InvalidResourceId when it is none, InvalidResourceName when a name in it is not allowed.
 */
export function parseId(text: string): ResourceRef {
  const found = readId(text);
  if (found === undefined) throw notAnId(text, undefined);
  return checkedRef(found.kind, found, found.names) as ResourceRef;
}

/** @throws AppError InvalidResourceId when the id is not that of such a resource, InvalidResourceName as above. */
export function parseIdOf<Kind extends ResourceKind>(kind: Kind, text: string): RefOf<Kind> {
  const found = readId(text);
  if (found?.kind !== kind) throw notAnId(text, kind);
  return checkedRef(kind, found, found.names);
}

export function parseClusterId(text: string): ClusterRef {
  return parseIdOf("cluster", text);
}

function readId(text: string) {
  const [, subscriptionId = "", resourceGroup = "", path = ""] = pattern.exec(text) ?? [];
  const segments = path.split("/").slice(1);
  const collections = segments.filter((_, at) => at % 2 === 0).join("/");
  const kind = resourceKinds.find((each) => typePath(each) === collections.toLowerCase());
  const names = segments.filter((_, at) => at % 2 === 1);
  return kind === undefined ? undefined : { kind, subscriptionId, resourceGroup, names };
}

function notAnId(text: string, kind: ResourceKind | undefined): AppError {
  const shown = text.length > 200 ? `${text.slice(0, 197)}...` : text;
  const path = lineOf(kind ?? "workspace").map((each) => `${collectionOf(each)}/{${rowOf(each).word}}`);
  const form = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${provider}/${path.join("/")}`;
  const what = kind === undefined ? "a resource" : aWord(kind);
  return new AppError("InvalidResourceId", `'${shown}' is not the ARM id of ${what}: expected ${form}`);
}
