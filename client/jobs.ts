// Jobs as typed calls. What 2018 did not know of them is asked for in our own version of the API.
import { z } from "zod";
import { AttemptsResponse } from "../domain/job/attempt.ts";
import { JobResponse, OutputFileResponse } from "../domain/job/wire.ts";
import { Envelope, PublicKeysResponse } from "../domain/receipt/envelope.ts";
import type { PublicKey } from "../domain/receipt/envelope.ts";
import { ReceiptResponse } from "../domain/receipt/wire.ts";
import { RemoteLoginResponse } from "../domain/shared/answers.ts";
import { ownApiVersion } from "../domain/shared/api-versions.ts";
import { hasOwnMembers } from "../domain/shared/own-members.ts";
import { formatId } from "../domain/shared/resource-id.ts";
import type { ClusterRef, ExperimentRef, JobRef } from "../domain/shared/resource-id.ts";
import { checked } from "./checked.ts";
import { MetricResponse } from "../domain/metric/wire.ts";
import { collection } from "./collection.ts";
import type { Collection } from "./collection.ts";
import { inVersion } from "./http-api.ts";
import type { HttpApi } from "./http-api.ts";
import { settled } from "./operations.ts";
import { items } from "./paging.ts";

const MetricsResponse = z.looseObject({ value: z.array(MetricResponse) });

export interface Jobs extends Collection<JobRef, ExperimentRef, JobResponse> {
  terminate(ref: JobRef, options?: { readonly wait?: boolean }): Promise<void>;
  /** Its run ends as by an eviction; resolves when that is accepted. */
  preempt(ref: JobRef): Promise<void>;
  /** Of the run that goes on; none when nothing runs. */
  nodes(ref: JobRef): AsyncGenerator<RemoteLoginResponse>;
  /** How often it was started, and how each of that ended. */
  attempts(ref: JobRef): Promise<AttemptsResponse>;
  /** What it was made of and what it left, with digests. */
  receipt(ref: JobRef): Promise<ReceiptResponse>;
  /** The same in an envelope with the service's signature. */
  signedReceipt(ref: JobRef): Promise<Envelope>;
  /** The same once more, as another job of its experiment; resolves when that is accepted. */
  reproduce(
    ref: JobRef,
    asked: { readonly name: string; readonly allowChanged?: boolean },
  ): Promise<JobResponse>;
  /** By which signatures of receipts are checked. */
  receiptKeys(subscriptionId: string): Promise<readonly PublicKey[]>;
  /** What it reported, by name. */
  metrics(ref: JobRef): Promise<{ readonly value: readonly MetricResponse[] }>;
  /** What lies directly in a folder of an output directory. */
  outputFiles(ref: JobRef, place: OutputPlace): AsyncGenerator<OutputFileResponse>;
}

export interface OutputPlace {
  /** `stdouterr`, `checkpoints`, or an id of the job's outputDirectories. */
  readonly directoryId: string;
  /** Below it; `.` is itself. */
  readonly folder?: string | undefined;
  readonly linkMinutes?: number | undefined;
}

export function jobsOf(api: HttpApi): Jobs {
  const own = inVersion(api, ownApiVersion);
  const collectionOf = (version: HttpApi) =>
    collection<JobRef, ExperimentRef, typeof JobResponse>(
      version,
      JobResponse,
      (ref) => `${formatId(ref)}/jobs`,
    );
  const jobs = collectionOf(api);
  return {
    ...jobs,
    create: (ref, body) => (hasOwnMembers("job", body) ? collectionOf(own) : jobs).create(ref, body),
    nodes: (ref) => nodesOf(api, ref),
    attempts: async (ref) =>
      checked(AttemptsResponse, (await own.send("GET", `${formatId(ref)}/attempts`)).body),
    receipt: async (ref) =>
      checked(ReceiptResponse, (await own.send("GET", `${formatId(ref)}/receipt`)).body),
    signedReceipt: async (ref) => {
      const query = { format: "dsse" };
      return checked(Envelope, (await own.send("GET", `${formatId(ref)}/receipt`, { query })).body);
    },
    async reproduce(ref, asked) {
      await own.send("POST", `${formatId(ref)}/reproduce`, { body: asked });
      return jobs.get({ ...ref, job: asked.name });
    },
    receiptKeys: async (subscriptionId) => {
      const path = `/subscriptions/${subscriptionId}/providers/Microsoft.BatchAI/receiptKeys`;
      return checked(PublicKeysResponse, (await own.send("GET", path)).body).keys;
    },
    metrics: async (ref) =>
      checked(MetricsResponse, (await own.send("GET", `${formatId(ref)}/metrics`)).body),
    async terminate(ref, { wait = true } = {}) {
      const answer = await api.send("POST", `${formatId(ref)}/terminate`);
      if (wait) await settled(api, answer);
    },
    async preempt(ref) {
      await own.send("POST", `${formatId(ref)}/preempt`);
    },
    outputFiles: (ref, { directoryId, ...place }) =>
      items(api, OutputFileResponse, {
        method: "POST",
        path: `${formatId(ref)}/listOutputFiles`,
        query: { outputdirectoryid: directoryId, ...folderQuery(place) },
      }),
  };
}

export function nodesOf(api: HttpApi, ref: ClusterRef | JobRef): AsyncGenerator<RemoteLoginResponse> {
  return items(api, RemoteLoginResponse, {
    method: "POST",
    path: `${formatId(ref)}/listRemoteLoginInformation`,
  });
}

export function folderQuery({
  folder = ".",
  linkMinutes = 60,
}: Omit<OutputPlace, "directoryId">): Readonly<Record<string, string>> {
  return { directory: folder, linkexpiryinminutes: String(linkMinutes) };
}
