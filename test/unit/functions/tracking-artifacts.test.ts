// Files that are logged to runs: those of no job's output are kept by the service, and go with what they were logged to.
import { describe, expect, it } from "vitest";
import { experimentPath, jobBody, workspacePath } from "../../support/app/stories.ts";
import type { worldWithCluster } from "../../support/app/stories.ts";
import { clientAt, create, jobPath, own, runningJob } from "../../support/app/tracking-stories.ts";
import { longestArtifactBytes } from "../../../services/artifacts.ts";

type World = Awaited<ReturnType<typeof worldWithCluster>>;
const api = "api/2.0/mlflow-artifacts";

function filesAt(world: World, base = `${workspacePath}/mlflow`, token = "role-submitter") {
  const send = (method: string, call: string, options: object = {}) =>
    world.api(method, `${base}/${api}/${call}`, { token, ...options });
  return {
    put: (path: string, text: string) =>
      send("PUT", `artifacts/${path}`, {
        bytes: Buffer.from(text),
        headers: { "content-type": "text/x-python" },
      }),
    get: (path: string) => send("GET", `artifacts/${path}`),
    list: (path: string) => send("GET", `artifacts?path=${encodeURIComponent(path)}`),
    remove: (path: string) => send("DELETE", `artifacts/${path}`),
    link: (path: string) => send("GET", `presigned/${path}`),
    upload: (word: string, path: string, body: object) => send("POST", `mpu/${word}/${path}`, { body }),
  };
}

async function notebookRun() {
  const { world, notebook } = await runningJob();
  const run = (await create(notebook)).body.run.info as { run_id: string; artifact_uri: string };
  return { world, notebook, id: run.run_id, uri: run.artifact_uri, files: filesAt(world) };
}

describe("the artifacts of a run that a notebook began", () => {
  it("are where the run says, file by file and folder by folder", async () => {
    const { id, uri, files } = await notebookRun();
    expect(uri).toBe(`mlflow-artifacts:/${id}/artifacts`);
    const root = `${id}/artifacts`;
    expect((await files.list(root)).body).toEqual({ files: [] });
    for (const [path, text] of [
      ["a.txt", "first"],
      ["a.txt", "second"],
      ["notes/deep/b.txt", "b"],
      ["empty.txt", ""],
    ] as const)
      expect(await files.put(`${root}/${path}`, text)).toMatchObject({ status: 200, body: {} });
    expect((await files.list(root)).body.files).toEqual([
      { path: "a.txt", is_dir: false, file_size: 6 },
      { path: "empty.txt", is_dir: false, file_size: 0 },
      { path: "notes", is_dir: true },
    ]);
    expect((await files.list(`${root}/notes`)).body.files).toEqual([{ path: "deep", is_dir: true }]);
    expect((await files.list(`${root}/a.txt`)).body).toEqual({ files: [] });
    expect(await files.get(`${root}/a.txt`)).toMatchObject({
      status: 200,
      text: "second",
      headers: { "content-disposition": "attachment", "x-content-type-options": "nosniff" },
    });
    expect((await files.get(`${root}/empty.txt`)).text).toBe("");
    expect(await files.get(`${root}/none.txt`)).toMatchObject({ status: 404 });
  });

  it("are removed by file and by folder", async () => {
    const { world, id, files } = await notebookRun();
    const root = `${id}/artifacts`;
    for (const path of ["a.txt", "folder/b.txt", "folder/c/d.txt", "folder-e.txt"])
      await files.put(`${root}/${path}`, "x");
    expect((await files.remove(`${root}/a.txt`)).status).toBe(200);
    expect((await files.remove(`${root}/folder`)).status).toBe(200);
    expect((await files.list(root)).body.files).toMatchObject([{ path: "folder-e.txt" }]);
    expect((await files.remove(root)).status).toBe(200);
    expect(world.artifacts.files.size).toBe(0);
  });

  it("come in parts when they are long, and are there when all parts are", async () => {
    const { world, id, files } = await notebookRun();
    const folder = `${id}/artifacts/model`;
    const path = "C:\\of the sender\\weights.bin";
    const begun = (await files.upload("create", folder, { path, num_parts: 3 })).body as {
      upload_id: string;
      credentials: readonly { url: string; part_number: number; headers: object }[];
    };
    expect(begun.credentials.map(({ part_number, headers }) => [part_number, headers])).toEqual([
      [1, {}],
      [2, {}],
      [3, {}],
    ]);
    const [first, second, third] = begun.credentials.map(({ url }) => url);
    world.artifacts.sendPart(first ?? "", "one ");
    world.artifacts.sendPart(third ?? "", "three");
    const finish = (parts: readonly number[]) =>
      files.upload("complete", folder, {
        path,
        upload_id: begun.upload_id,
        parts: parts.map((part_number) => ({ part_number, etag: "", url: "https://elsewhere.example" })),
      });
    const early = await finish([1, 2, 3]);
    expect([early.status, early.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
    expect(early.body.message).toContain("not all of its parts have arrived");
    expect((await finish([1, 3])).body.message).toContain("part 2 is missing");
    expect((await files.list(folder)).body).toEqual({ files: [] });
    world.artifacts.sendPart(second ?? "", "two ");
    expect((await finish([3, 1, 2])).status).toBe(200);
    expect((await files.get(`${folder}/weights.bin`)).text).toBe("one two three");
    const other = { path: "other.bin", upload_id: begun.upload_id };
    expect((await files.upload("abort", folder, other)).status).toBe(200);
    expect((await files.upload("abort", folder, { ...other, upload_id: "../x" })).status).toBe(400);
    expect((await files.upload("create", folder, { path, num_parts: 10_001 })).status).toBe(400);
  });

  it("are read from the storage when they are long", async () => {
    const { id, files } = await notebookRun();
    await files.put(`${id}/artifacts/long.bin`, "x".repeat(9_000_000));
    const answer = await files.get(`${id}/artifacts/long.bin`);
    expect([answer.status, answer.headers["cache-control"]]).toEqual([302, "no-store"]);
    expect(answer.headers["location"]).toMatch(/long\.bin\?sig=/);
    const asked = await files.link(`${id}/artifacts/long.bin`);
    expect(asked.body).toEqual({ url: answer.headers["location"], headers: {}, file_size: 9_000_000 });
    expect((await files.link(`${id}/artifacts/none.bin`)).status).toBe(404);
  });

  it("are refused when they are too long for one call, with what to do", async () => {
    const { world, id } = await notebookRun();
    const refused = await world.api("PUT", `${workspacePath}/mlflow/${api}/artifacts/${id}/artifacts/a.bin`, {
      token: "role-submitter",
      bytes: Buffer.from("x"),
      headers: { "content-length": String(longestArtifactBytes + 1) },
    });
    expect([refused.status, refused.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
    expect(refused.body.message).toContain("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE");
  });

  it.each([
    ["RUN/a.txt", "expected RUN/artifacts/NAME"],
    ["RUN/artifacts", "expected RUN/artifacts/NAME"],
    ["RUN/artifacts/a.", "ends in a dot"],
    [`RUN/artifacts/${"n".repeat(251)}`, "longer than 250"],
    [`RUN/artifacts/${"folder/".repeat(120)}a`, "at most 800"],
  ])("have names that a storage and a file system can have: not %s", async (path, told) => {
    const { world, id, files } = await notebookRun();
    const refused = await files.put(path.replace("RUN", id), "x");
    expect([refused.status, refused.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
    expect(refused.body.message).toContain(told);
    expect(world.artifacts.files.size).toBe(0);
  });

  it("are those of a run that is there", async () => {
    const { world, files } = await notebookRun();
    const none = `r1-e-${"0".repeat(32)}`;
    for (const answer of [
      await files.put(`${none}/artifacts/a`, "x"),
      await files.list(`${none}/artifacts`),
      await files.get(`${none}/artifacts/a`),
      await files.remove(`${none}/artifacts/a`),
      await files.put(`models/m-${"0".repeat(32)}/artifacts/a`, "x"),
      await files.put("elsewhere/a", "x"),
    ])
      expect([answer.status, answer.body.error_code]).toEqual([404, "RESOURCE_DOES_NOT_EXIST"]);
    expect(world.artifacts.files.size).toBe(0);
  });

  it("and those of its models go with the experiment, whatever becomes of the run", async () => {
    const { world, notebook, id, files } = await notebookRun();
    const made = await notebook.post("logged-models", { experiment_id: "e", name: "m", source_run_id: id });
    const model = (made.body as { model: { info: { model_id: string } } }).model.info.model_id;
    await files.put(`${id}/artifacts/a.txt`, "x");
    expect((await files.put(`models/${model}/artifacts/MLmodel`, "y")).status).toBe(200);
    expect((await files.get(`models/${model}/artifacts/MLmodel`)).text).toBe("y");
    await notebook.post("runs/delete", { run_id: id });
    expect((await files.get(`${id}/artifacts/a.txt`)).text).toBe("x");
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(2_000);
    await world.api("DELETE", experimentPath);
    await world.advance(20_000);
    expect(world.artifacts.files.size).toBe(0);
  });
});

describe("the artifacts of a job", () => {
  it("are kept by the service when no output of it lies in a storage, and go with it", async () => {
    const { world, token, script, notebook } = await runningJob();
    const client = script("on/a//-/");
    expect((await create(client)).body.run.info.artifact_uri).toBe(`mlflow-artifacts:/${own}/artifacts`);
    const files = filesAt(world, `${jobPath}/mlflow`, token);
    expect((await files.put(`${own}/artifacts/a.txt`, "x")).status).toBe(200);
    expect((await files.get(`${own}/artifacts/a.txt`)).text).toBe("x");
    const free = (await create(notebook)).body.run.info.run_id as string;
    expect((await files.put(`${free}/artifacts/a.txt`, "x")).status).toBe(404);
    await filesAt(world).put(`${free}/artifacts/mine.txt`, "x");
    await world.api("PUT", `${experimentPath}/jobs/other`, { body: jobBody() });
    expect((await files.put("j1-e-other/artifacts/a.txt", "x")).status).toBe(404);
    world.azure.complete(world.onlyTask(), { exitCode: 0 });
    await world.advance(2_000);
    await world.api("DELETE", jobPath);
    await world.advance(5_000);
    expect([...world.artifacts.files.keys()].map((path) => path.split("/").at(-1))).toEqual(["mine.txt"]);
  });

  it("are the job's own to write when they are its output", async () => {
    const mountVolumes = {
      azureFileShares: [
        {
          accountName: "acc",
          azureFileUrl: "https://acc.file.example/share",
          credentials: { accountKey: "a2V5" },
          relativeMountPath: "logs",
        },
      ],
    };
    const { world } = await runningJob({
      mountVolumes,
      stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/logs",
    });
    const files = filesAt(world);
    for (const answer of [
      await files.put(`${own}/artifacts/a.txt`, "x"),
      await files.remove(`${own}/artifacts/a.txt`),
    ]) {
      expect([answer.status, answer.body.error_code]).toEqual([400, "INVALID_PARAMETER_VALUE"]);
      expect(answer.body.message).toContain("only the job writes them");
    }
    expect((await clientAt(world, `${workspacePath}/mlflow`).get("runs/get", { run_id: own })).status).toBe(
      200,
    );
  });
});
