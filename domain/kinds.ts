// What each kind of resource consists of: the body that creates one, the document that is stored, the states of its
// provisioning, what clients see. Names, ids and routes come from its row in resources.ts.
import type { z } from "zod";
import { clusterStates } from "./cluster/machine.ts";
import { ClusterDocument, ClusterRequest } from "./cluster/schema.ts";
import { ClusterResponse, clusterWire } from "./cluster/wire.ts";
import { experimentStates } from "./experiment/machine.ts";
import { ExperimentDocument } from "./experiment/schema.ts";
import { ExperimentResponse, experimentWire } from "./experiment/wire.ts";
import { fileServerStates } from "./file-server/machine.ts";
import { FileServerDocument, FileServerRequest } from "./file-server/schema.ts";
import { FileServerResponse, fileServerWire } from "./file-server/wire.ts";
import { jobStates } from "./job/machine.ts";
import { JobDocument, JobRequest } from "./job/schema.ts";
import { JobResponse, jobWire } from "./job/wire.ts";
import { rowOf } from "./resources.ts";
import type { ResourceKind } from "./resources.ts";
import { timestamp } from "./shared/brand.ts";
import { formatId, namesOf, refOf } from "./shared/resource-id.ts";
import type { RefOf } from "./shared/resource-id.ts";
import { move } from "./shared/transition.ts";
import type { StateTable } from "./shared/transition.ts";
import { sweepStates } from "./sweep/machine.ts";
import { SweepDocument } from "./sweep/schema.ts";
import { SweepRequest } from "./sweep/spec.ts";
import { SweepResponse, sweepWire } from "./sweep/wire.ts";
import { triggerStates } from "./trigger/machine.ts";
import { TriggerDocument, TriggerRequest } from "./trigger/schema.ts";
import { TriggerResponse, triggerWire } from "./trigger/wire.ts";
import { workspaceStates } from "./workspace/machine.ts";
import { WorkspaceDocument, WorkspaceRequest } from "./workspace/schema.ts";
import { WorkspaceResponse, workspaceWire } from "./workspace/wire.ts";

interface Documents {
  readonly workspace: WorkspaceDocument;
  readonly cluster: ClusterDocument;
  readonly fileServer: FileServerDocument;
  readonly experiment: ExperimentDocument;
  readonly job: JobDocument;
  readonly sweep: SweepDocument;
  readonly trigger: TriggerDocument;
}
export type DocumentOf<Kind extends ResourceKind> = Documents[Kind];

interface KindRow<Document> {
  /** What a PUT and a DELETE do, in the words of the published description. */
  readonly creates: string;
  readonly deletes: string;
  /** A PUT answers 202 with an operation to poll. */
  readonly longRunning?: true;
  /** Absent where a PUT has no body. */
  readonly request?: z.ZodType;
  readonly document: z.ZodType<Document>;
  readonly states: StateTable;
  readonly response: z.ZodType;
  readonly wire: (document: Document) => { readonly properties: object };
}

const kinds: { readonly [Kind in ResourceKind]: KindRow<DocumentOf<Kind>> } = {
  workspace: {
    creates: "Creates a workspace, or takes its tags",
    deletes: "Deletes a workspace and everything in it",
    request: WorkspaceRequest,
    document: WorkspaceDocument,
    states: workspaceStates,
    response: WorkspaceResponse,
    wire: workspaceWire,
  },
  cluster: {
    creates: "Creates a cluster",
    deletes: "Deletes a cluster; its jobs stay",
    longRunning: true,
    request: ClusterRequest,
    document: ClusterDocument,
    states: clusterStates,
    response: ClusterResponse,
    wire: clusterWire,
  },
  fileServer: {
    creates: "Creates a file server",
    deletes: "Deletes a file server with its data",
    longRunning: true,
    request: FileServerRequest,
    document: FileServerDocument,
    states: fileServerStates,
    response: FileServerResponse,
    wire: fileServerWire,
  },
  experiment: {
    creates: "Creates an experiment",
    deletes: "Deletes an experiment and its jobs",
    document: ExperimentDocument,
    states: experimentStates,
    response: ExperimentResponse,
    wire: experimentWire,
  },
  job: {
    creates: "Submits a job",
    deletes: "Deletes a job, ending it when it runs",
    longRunning: true,
    request: JobRequest,
    document: JobDocument,
    states: jobStates,
    response: JobResponse,
    wire: jobWire,
  },
  sweep: {
    creates: "Starts a sweep",
    deletes: "Deletes a sweep with the jobs of its trials",
    request: SweepRequest,
    document: SweepDocument,
    states: sweepStates,
    response: SweepResponse,
    wire: sweepWire,
  },
  trigger: {
    creates: "Creates a trigger, or changes it",
    deletes: "Deletes a trigger; its jobs stay",
    request: TriggerRequest,
    document: TriggerDocument,
    states: triggerStates,
    response: TriggerResponse,
    wire: triggerWire,
  },
};

export function kindOf<Kind extends ResourceKind>(kind: Kind): KindRow<DocumentOf<Kind>> {
  return kinds[kind];
}

/** The document once its deletion is asked for. @throws AppError InvalidState when its state does not allow it. */
export function deleting<Document extends DocumentOf<ResourceKind>>(document: Document, now: Date): Document {
  if (document.provisioningState === "deleting") return document;
  const { kind, provisioningState: state } = document;
  const what = `${rowOf(kind).word} '${namesOf(document).at(-1) ?? ""}'`;
  return {
    ...document,
    provisioningState: move(kinds[kind].states, state, "deleting", what),
    provisioningStateTransitionTime: timestamp(now),
  };
}

/** Tells one creation from a later one of the same name: by its GUID; where it has none, by its id and its time. */
export function creationOf(document: DocumentOf<ResourceKind>): string {
  return "guid" in document ? document.guid : `${formatId(document)}|${document.creationTime}`;
}

/** Names one creation of a resource. */
export function identityOf<Kind extends ResourceKind>(
  document: RefOf<Kind> & { readonly guid: string },
): { readonly ref: RefOf<Kind>; readonly guid: string } {
  return { ref: refOf(document), guid: document.guid };
}
