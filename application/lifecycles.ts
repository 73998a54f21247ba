// What each kind of resource has beyond its document: the orchestration that deletes it, whoever asks, and how its creation and
// its termination go on after a crash. The instance of an orchestration is derived from what it is about, so that
// starting twice is starting once.
import { instances } from "../contracts/instances.ts";
import {
  deleteClusterOrchestration,
  deleteFileServerOrchestration,
  deleteJobOrchestration,
  deleteParentOrchestration,
  deleteSweepOrchestration,
} from "../contracts/orchestrations.ts";
import type { ParentIdentity } from "../contracts/refs.ts";
import { identityOf } from "../domain/kinds.ts";
import type { DocumentOf } from "../domain/kinds.ts";
import { activeJobOf } from "../domain/job/queue.ts";
import type { ResourceKind } from "../domain/resources.ts";
import { refOf } from "../domain/shared/resource-id.ts";
import type { RefOf } from "../domain/shared/resource-id.ts";
import { timestamp } from "../services/clock.ts";
import type { Services } from "../services/services.ts";
import type { Caller } from "./caller.ts";
import { startClusterCreation } from "./clusters.ts";
import { deleteEndedJob, deleteEndedJobs } from "./ended-jobs.ts";
import { refuseMounted } from "./file-server-mounts.ts";
import { startFileServerCreation } from "./file-servers.ts";
import { resumeTermination } from "./jobs.ts";
import { deleteTrigger, deleteTriggers } from "./triggers/deletions.ts";

interface Lifecycle<Document> {
  readonly deletion: {
    readonly orchestration: { readonly name: string };
    readonly instanceOf: (document: Document, operationId: string) => string;
    /** What the orchestration is told beside its operation and who asked. */
    readonly subject: (document: Document) => object;
    /** @throws AppError Conflict for what somebody who asks for it alone may not have deleted now. */
    readonly check?: (services: Services, document: Document) => Promise<void>;
    /** What is written before the document is marked, so that a deletion that somebody asked for is found when it is cut off. */
    readonly announce?: (services: Services, document: Document) => Promise<void>;
    /** Deletes one that needs no orchestration; false when this one does. */
    readonly atOnce?: (services: Services, caller: Caller, document: Document) => Promise<boolean>;
    /** Deletes, together with their parent, those that need no orchestration. */
    readonly inBulk?: (
      services: Services,
      parent: ParentIdentity,
      actor: string,
      documents: readonly Document[],
    ) => Promise<{ readonly found: number; readonly deleted: number }>;
  };
  /** Absent for what is created by the time of the answer. */
  readonly resumeCreation?: (services: Services, document: Document) => Promise<void>;
  /** Absent for what cannot be terminated. False when it has ended. */
  readonly resumeTermination?: (services: Services, caller: Caller, document: Document) => Promise<boolean>;
  /** So many that not all are read every few minutes: an index tells which need something. */
  readonly indexed?: true;
}

const lifecycles: { readonly [Kind in ResourceKind]: Lifecycle<DocumentOf<Kind>> } = {
  workspace: { deletion: withContents() },
  cluster: {
    deletion: {
      orchestration: deleteClusterOrchestration,
      instanceOf: ({ guid }) => instances.deleteCluster(guid),
      subject: (cluster) => ({ cluster: identityOf(cluster) }),
    },
    resumeCreation: startClusterCreation,
  },
  fileServer: {
    deletion: {
      orchestration: deleteFileServerOrchestration,
      instanceOf: ({ guid }) => instances.deleteFileServer(guid),
      subject: (fileServer) => ({ fileServer: identityOf(fileServer) }),
      check: refuseMounted,
    },
    resumeCreation: startFileServerCreation,
  },
  experiment: { deletion: withContents() },
  job: {
    deletion: {
      orchestration: deleteJobOrchestration,
      instanceOf: ({ guid }) => instances.deleteJob(guid),
      subject: (job) => ({ job: identityOf(job) }),
      async announce({ state, clock }, job) {
        await state.activeJobs.keep(job.clusterGuid, activeJobOf(job), timestamp(clock));
      },
      atOnce: deleteEndedJob,
      inBulk: deleteEndedJobs,
    },
    resumeTermination,
    indexed: true,
  },
  sweep: {
    deletion: {
      orchestration: deleteSweepOrchestration,
      instanceOf: ({ guid }) => instances.deleteSweep(guid),
      subject: (sweep) => ({ sweep: identityOf(sweep) }),
    },
  },
  trigger: {
    deletion: { ...withContents(), atOnce: deleteTrigger, inBulk: deleteTriggers },
    indexed: true,
  },
};

export function lifecycleOf<Kind extends ResourceKind>(kind: Kind): Lifecycle<DocumentOf<Kind>> {
  return lifecycles[kind];
}

/** Everything that is in it goes first, then its document; it has no GUID. */
function withContents<Kind extends ResourceKind>() {
  return {
    orchestration: deleteParentOrchestration,
    instanceOf: (_document: object, operationId: string) => instances.deleteParent(operationId),
    subject: (document: RefOf<Kind> & { readonly creationTime: string }) => ({
      parent: { ref: refOf(document), creationTime: document.creationTime },
    }),
  };
}
