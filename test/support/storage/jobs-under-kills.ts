// What the kills of the whole cloud need: a workspace with a cluster without nodes, so that jobs wait, and jobs for it.
import type { Api } from "../raw-api.ts";

const clusterPath = (api: Api) => `${api.workspace}/clusters/c`;

export async function createClusterFor(api: Api): Promise<void> {
  const ask = async (path: string, body?: object) => {
    const reply = await api.send("PUT", path, body);
    if (reply.status >= 300) throw new Error(`PUT ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
  };
  await ask(api.workspace, { location: "local" });
  await ask(`${api.workspace}/experiments/e`);
  await ask(clusterPath(api), {
    properties: {
      vmSize: "STANDARD_DS1_V2",
      scaleSettings: { manual: { targetNodeCount: 0 } },
      userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    },
  });
}

export const jobFor = (api: Api) => ({
  properties: {
    cluster: { id: clusterPath(api) },
    nodeCount: 1,
    stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
    customToolkitSettings: { commandLine: "true" },
  },
});
