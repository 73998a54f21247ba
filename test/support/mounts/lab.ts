// A workspace of a local cloud with clusters and jobs by our own version of the API, which the client of 2018 cannot say everything of.
import type { JobResponse } from "../../../domain/job/wire.ts";
import type { FileServerResponse } from "../../../domain/file-server/wire.ts";
import type { ClusterResponse } from "../../../domain/cluster/wire.ts";
import type { Described } from "../batch-ai-client.ts";
import { until } from "../batch-ai-client.ts";

export interface ServingMachine {
  readonly id: string;
  readonly subnet: { readonly id: string };
  /** Private. */
  readonly address: string;
}

export interface Lab {
  /** Answers when it is made. */
  cluster(name: string, properties: object): Promise<ClusterResponse>;
  /** Answers when its machine exports. */
  fileServer(name: string, subnet?: { readonly id: string }): Promise<ServingMachine>;
  resize(cluster: string, nodes: number): Promise<void>;
  /** Deletes a cluster, and with it what waits on it. */
  remove(cluster: string): Promise<void>;
  jobId(name: string): string;
  /** Answers what it is now. */
  clusterNow(name: string): Promise<ClusterResponse["properties"]>;
  /** Answers how it ended. */
  job(name: string, properties: object): Promise<JobResponse["properties"]>;
  /** Answers when it waits. */
  submit(name: string, properties: object): Promise<void>;
  ended(name: string): Promise<JobResponse["properties"]>;
  jobNow(name: string): Promise<JobResponse["properties"]>;
  printed(name: string): Promise<string>;
  /** @returns status and body. */
  send(
    method: string,
    path: string,
    properties?: object,
    version?: string,
  ): Promise<{ status: number; body: unknown }>;
}

export async function labOf({ description }: Described): Promise<Lab> {
  const { subscriptionId, token, urls } = description;
  const workspace = `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab`;
  const jobs = "/experiments/trials/jobs";
  const send = async (method: string, path: string, body?: object, version = "2026-11-01") => {
    const [to = "", query = ""] = path.split("?");
    const answer = await fetch(`${urls.api}${workspace}${to}?api-version=${version}&${query}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : (JSON.parse(text) as unknown) };
  };
  const made = async (path: string, body: object, version?: string) => {
    const { status, body: said } = await send("PUT", path, body, version);
    if (status >= 300) throw new Error(`PUT ${path}: ${status} ${JSON.stringify(said)}`);
  };
  await made("", { location: "local" }, "2018-05-01");
  await until(
    "the workspace",
    async () => (await send("GET", "", undefined, "2018-05-01")).status === 200 || undefined,
  );
  await made("/experiments/trials", {}, "2018-05-01");
  const clusterNow = async (name: string) =>
    ((await send("GET", `/clusters/${name}`)).body as ClusterResponse).properties;
  const jobNow = async (name: string) =>
    ((await send("GET", `${jobs}/${name}`)).body as JobResponse).properties;
  const ended = (name: string) =>
    until(
      `job ${name} to end`,
      async () => {
        const job = await jobNow(name);
        return ["succeeded", "failed"].includes(job.executionState) ? job : undefined;
      },
      50_000,
    );
  const submit = (name: string, properties: object) => made(`${jobs}/${name}`, { properties });
  return {
    async cluster(name, properties) {
      await made(`/clusters/${name}`, { properties });
      return until(`cluster ${name}`, async () => {
        const { body } = await send("GET", `/clusters/${name}`);
        const cluster = body as ClusterResponse;
        return cluster.properties.provisioningState === "creating" ? undefined : cluster;
      });
    },
    async fileServer(name, subnet) {
      const properties = {
        ...(subnet === undefined ? {} : { subnet }),
        vmSize: "STANDARD_D2S_V3",
        sshConfiguration: {
          publicIPsToAllow: ["203.0.113.7"],
          userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
        },
        dataDisks: { diskSizeInGB: 10, diskCount: 2, storageAccountType: "Standard_LRS" },
      };
      await made(`/fileServers/${name}`, { properties }, "2018-05-01");
      return until(`file server ${name}`, async () => {
        const { body } = await send("GET", `/fileServers/${name}`, undefined, "2018-05-01");
        const { id, properties: now } = body as FileServerResponse;
        return now.provisioningState === "succeeded" && now.subnet !== undefined
          ? { id, subnet: now.subnet, address: now.mountSettings?.fileServerInternalIP ?? "" }
          : undefined;
      });
    },
    async resize(cluster, targetNodeCount) {
      const scaleSettings = { manual: { targetNodeCount } };
      const { status, body } = await send("PATCH", `/clusters/${cluster}`, { properties: { scaleSettings } });
      if (status !== 200) throw new Error(`resize: ${status} ${JSON.stringify(body)}`);
    },
    async remove(cluster) {
      await send("DELETE", `/clusters/${cluster}`);
    },
    jobId: (name) => `${workspace}${jobs}/${name}`,
    clusterNow,
    jobNow,
    submit,
    ended,
    async job(name, properties) {
      await submit(name, properties);
      return ended(name);
    },
    async printed(name) {
      const { body } = await send(
        "POST",
        `${jobs}/${name}/listOutputFiles?outputdirectoryid=stdouterr`,
        undefined,
        "2018-05-01",
      );
      const { value } = body as { value: { name: string; downloadUrl?: string }[] };
      return (await fetch(value.find((file) => file.name === "stdout.txt")?.downloadUrl ?? "")).text();
    },
    send: (method, path, properties, version) =>
      send(method, path, properties === undefined ? undefined : { properties }, version),
  };
}
