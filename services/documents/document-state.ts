// State over a DocumentStore: which collections there are, and their lists.
import { z } from "zod";
import { ClusterDocument } from "../../domain/cluster/schema.ts";
import { ExperimentDocument } from "../../domain/experiment/schema.ts";
import { FileServerDocument } from "../../domain/file-server/schema.ts";
import { JobDocument } from "../../domain/job/schema.ts";
import { BatchAIError } from "../../domain/shared/batch-ai-error.ts";
import { WorkspaceDocument } from "../../domain/workspace/schema.ts";
import type { DocumentRange, DocumentStore } from "../documents.ts";
import { trackedStates } from "../state.ts";
import type { Page, PageRequest, State } from "../state.ts";
import { activeJobs } from "./active-jobs.ts";
import { collection, readRevised } from "./collections.ts";
import type { CollectionContext } from "./collections.ts";
import {
  childPartition,
  documentKey,
  eventPrefix,
  jobPrefix,
  subscriptionPartition,
  workspacePrefix,
} from "./state-keys.ts";

const RecordedChange = z.object({
  id: z.string(),
  time: z.string(),
  actor: z.string(),
  cause: z.string(),
  link: z.string().optional(),
  errors: z.array(BatchAIError).optional(),
  state: z.enum(trackedStates).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
});
export function documentState(context: CollectionContext): State {
  const { store } = context;
  const list = listFrom(store);
  const listDocuments = <Schema extends z.ZodType>(
    schema: Schema,
    partition: string,
    prefix: string,
    page: PageRequest,
  ) => list((value) => readRevised(schema, value).document, partition, prefix, page);
  return {
    workspaces: collection(context, WorkspaceDocument),
    clusters: collection(context, ClusterDocument),
    fileServers: collection(context, FileServerDocument),
    experiments: collection(context, ExperimentDocument),
    jobs: collection(context, JobDocument),
    activeJobs: activeJobs(store),
    listWorkspaces: ({ subscriptionId, resourceGroup }, page) =>
      listDocuments(
        WorkspaceDocument,
        subscriptionPartition(subscriptionId),
        workspacePrefix(resourceGroup),
        page,
      ),
    listClusters: (ref, page) => listDocuments(ClusterDocument, childPartition(ref), "cluster|", page),
    listFileServers: (ref, page) =>
      listDocuments(FileServerDocument, childPartition(ref), "fileserver|", page),
    listExperiments: (ref, page) =>
      listDocuments(ExperimentDocument, childPartition(ref), "experiment|", page),
    listJobs: (ref, page) => listDocuments(JobDocument, childPartition(ref), jobPrefix(ref), page),
    listChanges(ref, { since, until, ...page }) {
      const prefix = eventPrefix(ref);
      return list((value) => RecordedChange.parse(value), documentKey(ref).partition, prefix, {
        ...page,
        ...(since === undefined ? {} : { from: `${prefix}${since}` }),
        ...(until === undefined ? {} : { before: `${prefix}${until}` }),
      });
    },
  };
}

function listFrom(store: DocumentStore) {
  return async <Item>(
    read: (value: unknown) => Item,
    partition: string,
    prefix: string,
    page: Omit<DocumentRange, "partition" | "prefix">,
  ): Promise<Page<Item>> => {
    const found = await store.page({ partition, prefix, ...page });
    return { items: found.documents.map(({ value }) => read(value)), continuation: found.continuation };
  };
}
