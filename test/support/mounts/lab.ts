// A workspace of a local cloud with clusters and jobs by our own version of the API, which the client of 2018 cannot say everything of.
import type { JobResponse } from "../../../domain/job/wire.ts";
import type { ClusterResponse } from "../../../domain/cluster/wire.ts";
import type { Described } from "../batch-ai-client.ts";
import { until } from "../batch-ai-client.ts";

export interface Lab {
  /** Answers when it is made. */
  cluster(name: string, properties: object): Promise<ClusterResponse>;
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
