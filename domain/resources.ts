// The kinds of resources there are: one row says what is special in the name of a kind, and ids, types, routes, row keys,
// listings, the provider's answers, the cascade of a deletion and the messages are made of it. What a kind consists of
// (its schema, states, wire form) is its row in kinds.ts, how it is deleted its row in application/lifecycles.ts.
// Why it is so: docs/adr/0026-a-kind-of-resource-is-a-row.md
import type { ApiVersion } from "./shared/api-versions.ts";

interface ResourceRow {
  /** The kind that it stands in; absent for what stands in a resource group. */
  readonly parent?: string;
  /** As paths of the published API spell it. Ids and types have it in lower case, as the service itself answered them. */
  readonly collection: string;
  /** In a sentence; its plural ends in `s`. */
  readonly word: string;
  /** The versions of the API that know it, oldest first. */
  readonly apiVersions: readonly ApiVersion[];
  /** A look at one that is missing tells which of its parents is, if one is. */
  readonly blamesParents?: true;
  /** What can be done with it beside reading, writing and deleting, as the provider's list of operations tells it. */
  readonly actions?: Readonly<Record<string, string>>;
}

/** Rows stand below those of what they use: the other way round, they are deleted. */
export const resources = {
  workspace: { collection: "workspaces", word: "workspace", apiVersions: ["2018-05-01"] },
  cluster: {
    parent: "workspace",
    collection: "clusters",
    word: "cluster",
    apiVersions: ["2018-05-01", "2026-11-01"],
    actions: {
      listRemoteLoginInformation: "Lists how to log in to the nodes of a cluster",
      listSetupFiles: "Lists the logs of the setup task of a cluster",
    },
  },
  fileServer: {
    parent: "workspace",
    collection: "fileServers",
    word: "file server",
    apiVersions: ["2018-05-01"],
  },
  experiment: {
    parent: "workspace",
    collection: "experiments",
    word: "experiment",
    apiVersions: ["2018-05-01"],
    blamesParents: true,
  },
  job: {
    parent: "experiment",
    collection: "jobs",
    word: "job",
    apiVersions: ["2018-05-01", "2026-11-01"],
    blamesParents: true,
    actions: {
      listRemoteLoginInformation: "Lists how to log in to the nodes of a job",
      listOutputFiles: "Lists the output files of a job",
      terminate: "Terminates a job",
      preempt: "Rehearses an eviction of a job",
    },
  },
  sweep: {
    parent: "experiment",
    collection: "sweeps",
    word: "sweep",
    apiVersions: ["2026-11-01"],
    blamesParents: true,
    actions: {
      terminate: "Terminates a sweep",
      resume: "Resumes a sweep",
      extend: "Extends a sweep",
      retryFailed: "Runs failed trials of a sweep again",
      preview: "Shows what a sweep would do",
    },
  },
  trigger: {
    parent: "workspace",
    collection: "triggers",
    word: "trigger",
    apiVersions: ["2026-11-01"],
    actions: {
      test: "Shows what a trigger would make of an event",
      run: "Runs a trigger now",
      backfill: "Runs a trigger for fire times that passed",
      replay: "Runs a trigger for events that were skipped or failed",
    },
  },
} as const satisfies Record<string, ResourceRow>;

export type ResourceKind = keyof typeof resources;
export const resourceKinds = Object.keys(resources) as readonly ResourceKind[];

export type ParentOf<Kind extends ResourceKind> = (typeof resources)[Kind] extends {
  readonly parent: infer Parent extends ResourceKind;
}
  ? Parent
  : never;
/** A kind and those it stands in. */
type LineOf<Kind extends ResourceKind> = Kind extends ResourceKind ? Kind | LineOf<ParentOf<Kind>> : never;
/** The names that tell one resource of a kind from the others. */
export type NamesOf<Kind extends ResourceKind> = Kind extends ResourceKind
  ? { readonly [Name in LineOf<Kind>]: string }
  : never;

export function rowOf(kind: ResourceKind): ResourceRow & { readonly parent?: ResourceKind } {
  return resources[kind];
}

/** A kind and those it stands in, from the outermost. */
export function lineOf(kind: ResourceKind): readonly ResourceKind[] {
  const { parent } = rowOf(kind);
  return [...(parent === undefined ? [] : lineOf(parent)), kind];
}

/** The kinds that stand in one of this kind, in the order of their rows. */
export function childrenOf(kind: ResourceKind): readonly ResourceKind[] {
  return resourceKinds.filter((each) => rowOf(each).parent === kind);
}

/** As ids, types and the names of operations have it. */
export function collectionOf(kind: ResourceKind): string {
  return rowOf(kind).collection.toLowerCase();
}

/** `workspaces/experiments/jobs` */
export function typePath(kind: ResourceKind): string {
  return lineOf(kind).map(collectionOf).join("/");
}

/** `a cluster`, `an experiment` */
export function aWord(kind: ResourceKind): string {
  const { word } = rowOf(kind);
  return `${/^[aeiou]/.test(word) ? "an" : "a"} ${word}`;
}
