// What a repeated request does, for every kind of resource: the decisions of docs/explanation/differences.md.
import { describe, expect, it } from "vitest";
import { groupPath } from "../../support/app/app-world.ts";
import { fakeFileServers } from "../../support/app/fake-file-servers.ts";
import {
  clusterBody,
  clusterPath,
  experimentPath,
  fileServerBody,
  fileServerPath,
  jobBody,
  workspacePath,
  worldWithCluster,
} from "../../support/app/stories.ts";

const jobPath = `${experimentPath}/jobs/j`;

async function fullWorld() {
  const fileServers = fakeFileServers();
  fileServers.finish();
  const world = await worldWithCluster({}, { fileServers });
  await world.api("PUT", fileServerPath, { body: fileServerBody() });
  await world.api("PUT", jobPath, { body: jobBody() });
  await world.advance(1_000);
  return world;
}

interface Kind {
  readonly kind: string;
  readonly path: string;
  readonly same: object | undefined;
  readonly other?: object;
}
const kinds: readonly Kind[] = [
  { kind: "workspace", path: workspacePath, same: { location: "eastus" }, other: { location: "westus" } },
  { kind: "experiment", path: experimentPath, same: undefined },
  { kind: "cluster", path: clusterPath, same: clusterBody(), other: clusterBody({ targetNodeCount: 2 }) },
  {
    kind: "file server",
    path: fileServerPath,
    same: fileServerBody(),
    other: fileServerBody({ diskCount: 9 }),
  },
  { kind: "job", path: jobPath, same: jobBody(), other: jobBody({ schedulingPriority: "high" }) },
];

const linkOf = (headers: Readonly<Record<string, string>>) => headers["azure-asyncoperation"];

describe.each(kinds)("a $kind", ({ path, same }) => {
  it("put again with the same content answers 200 with what is there, unchanged", async () => {
    const { api, documents } = await fullWorld();
    const before = await api("GET", path);
    const changes = documents.changes();
    const again = await api("PUT", path, same === undefined ? {} : { body: same });
    expect([again.status, again.body, again.headers["etag"]]).toEqual([
      200,
      before.body,
      before.headers["etag"],
    ]);
    expect(documents.changes()).toBe(changes);
  });

  it("deleted again while it is being deleted is the same operation, and cannot be created meanwhile", async () => {
    const { api } = await fullWorld();
    const first = await api("DELETE", path);
    const second = await api("DELETE", path);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(linkOf(second.headers)).toBe(linkOf(first.headers));
    const put = await api("PUT", path, same === undefined ? {} : { body: same });
    expect([put.status, put.body.error.code]).toEqual([409, "Conflict"]);
  });

  it("that is absent, or whose parent is, is deleted with 204", async () => {
    const { api, documents } = await fullWorld();
    const changes = documents.changes();
    for (const absent of [`${path}x`, path.replace(groupPath, groupPath.replace("/rg/", "/empty/"))])
      expect([absent, (await api("DELETE", absent)).status]).toEqual([absent, 204]);
    expect(documents.changes()).toBe(changes);
  });
});

describe("a PUT with other content", () => {
  it.each(kinds.filter(({ other }) => other !== undefined))(
    "is a conflict, and the $kind stays as it was",
    async ({ path, other }) => {
      const { api } = await fullWorld();
      const before = await api("GET", path);
      const answer = await api("PUT", path, { body: other });
      expect([answer.status, answer.body.error.code]).toEqual([409, "Conflict"]);
      expect((await api("GET", path)).body).toEqual(before.body);
    },
  );
});

describe("a workspace that is being deleted", () => {
  it("takes no tags any more", async () => {
    const { api } = await fullWorld();
    await api("DELETE", workspacePath);
    const answer = await api("PATCH", workspacePath, { body: { tags: { a: "b" } } });
    expect([answer.status, answer.body.error.code]).toEqual([409, "InvalidState"]);
  });
});

describe("terminating a job", () => {
  it("again is the same operation; once it has ended, 200 without a body or links", async () => {
    const world = await fullWorld();
    world.azure.start(world.onlyTask());
    await world.advance(500);
    const first = await world.api("POST", `${jobPath}/terminate`);
    const second = await world.api("POST", `${jobPath}/terminate`);
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(linkOf(second.headers)).toBe(linkOf(first.headers));
    await world.advance(5_000);
    const before = await world.api("GET", jobPath);
    const third = await world.api("POST", `${jobPath}/terminate`);
    expect([third.status, third.body, linkOf(third.headers)]).toEqual([200, undefined, undefined]);
    expect((await world.api("GET", jobPath)).body).toEqual(before.body);
  });
});
