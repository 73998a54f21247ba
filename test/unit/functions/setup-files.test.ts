// The logs of a setup task, as the service lists them.
import { expect, it } from "vitest";
import { startAppWorld } from "../../support/app/app-world.ts";
import { clusterBody, clusterPath, workspacePath } from "../../support/app/stories.ts";

const listing = `${clusterPath}/listSetupFiles?api-version=2026-11-01`;

async function worldWithSetup(setupTask: object | undefined) {
  const world = await startAppWorld();
  await world.api("PUT", workspacePath, { body: { location: "eastus" } });
  const mountVolumes = {
    azureBlobFileSystems: [
      {
        ...{ accountName: "store", containerName: "logs", relativeMountPath: "box" },
        credentials: { accountKey: "a2V5" },
      },
    ],
  };
  const nodeSetup = setupTask === undefined ? {} : { nodeSetup: { setupTask, mountVolumes } };
  await world.api("PUT", clusterPath, { body: clusterBody({}, nodeSetup) });
  return world;
}

it("they are found below the prefix, also where that is made of the task's variables, page by page", async () => {
  const world = await worldWithSetup({
    commandLine: "id",
    environmentVariables: [{ name: "WHERE", value: "deep" }],
    stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/box/$WHERE",
  });
  const { nodeSetup } = (await world.api("GET", clusterPath)).body.properties as unknown as {
    nodeSetup: { setupTask: { stdOutErrPathSuffix: string } };
  };
  const place = `deep/${nodeSetup.setupTask.stdOutErrPathSuffix}`;
  const file = (name: string) => ({
    name,
    isDirectory: false,
    contentLength: 2,
    downloadUrl: `https://x/${name}`,
  });
  world.outputs.set(place, [file("stderr-n1.txt"), file("stdout-n1.txt")]);
  world.outputs.set(`${place}/below`, [file("more.txt")]);
  const first = await world.api("POST", `${listing}&maxresults=1`);
  const entry = { fileType: "file", properties: { contentLength: 2 } };
  expect(first.body).toMatchObject({
    value: [{ name: "stderr-n1.txt", downloadUrl: "https://x/stderr-n1.txt", ...entry }],
  });
  const rest = await world.api("POST", (first.body as unknown as { nextLink: string }).nextLink);
  expect(rest.body).toMatchObject({ value: [{ name: "stdout-n1.txt", ...entry }] });
  expect((await world.api("GET", `${listing}&directory=below`)).body).toMatchObject({
    value: [{ name: "more.txt" }],
  });
  const left = await world.api("POST", `${listing}&directory=../..`);
  expect(left).toMatchObject({ status: 400, body: { error: { target: "directory" } } });
});

it("a cluster without a setup task has none", async () => {
  const world = await worldWithSetup(undefined);
  expect(await world.api("POST", listing)).toMatchObject({ status: 200, body: { value: [] } });
});

it("logs that stay on the nodes are told to do so", async () => {
  const world = await worldWithSetup({ commandLine: "id", stdOutErrPathPrefix: "/tmp" });
  const answer = await world.api("POST", listing);
  expect(answer).toMatchObject({ status: 400, body: { error: { code: "OutputDirectoryNotOnMount" } } });
  expect(answer.body.error.message).toContain("its logs stay on the nodes");
});

it("the service of 2018 knew no such list", async () => {
  const world = await worldWithSetup(undefined);
  expect((await world.api("POST", `${clusterPath}/listSetupFiles?api-version=2018-05-01`)).status).toBe(404);
});
