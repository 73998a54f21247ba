// State over a DocumentStore: which collections there are, and their lists.
import { z } from "zod";
import { ClusterDocument } from "../../domain/cluster/schema.ts";
import { ExperimentDocument } from "../../domain/experiment/schema.ts";
import { JobDocument } from "../../domain/job/schema.ts";
import { WorkspaceDocument } from "../../domain/workspace/schema.ts";
import type { DocumentStore } from "../documents.ts";
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
    listExperiments: (ref, page) =>
      listDocuments(ExperimentDocument, childPartition(ref), "experiment|", page),
    listJobs: (ref, page) => listDocuments(JobDocument, childPartition(ref), jobPrefix(ref), page),
    listChanges: (ref, page) =>
      list((value) => RecordedChange.parse(value), documentKey(ref).partition, eventPrefix(ref), page),
  };
}

function listFrom(store: DocumentStore) {
  return async <Item>(
    read: (value: unknown) => Item,
    partition: string,
    prefix: string,
    page: PageRequest,
  ): Promise<Page<Item>> => {
    const found = await store.page({ partition, prefix, ...page });
    return { items: found.documents.map(({ value }) => read(value)), continuation: found.continuation };
  };
}
