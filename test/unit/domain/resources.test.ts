// What is made of the rows of the kinds is, letter by letter, what stored rows, ids and routes are made of.
import { describe, expect, it } from "vitest";
import { creationOf, deleting, kindOf } from "../../../domain/kinds.ts";
import { childrenOf, lineOf, resourceKinds, rowOf, typePath } from "../../../domain/resources.ts";
import type { ResourceKind } from "../../../domain/resources.ts";
import { apiVersions } from "../../../domain/shared/api-versions.ts";
import { errorTable } from "../../../domain/shared/errors.ts";
import { formatId, parentOf, refOf, resourceType } from "../../../domain/shared/resource-id.ts";
import type { RefOf } from "../../../domain/shared/resource-id.ts";
import { collectionRoute, routeOf } from "../../../functions/http/lib/refs.ts";
import { documentKey, eventPrefix, listed } from "../../../services/documents/state-keys.ts";
import { vaultReference } from "../../support/vault-reference.ts";
import { cluster, clusterWithMounts, job, later } from "./samples.ts";

const group = { subscriptionId: "S", resourceGroup: "Lab" };
/** `{ workspace: "W", experiment: "E", job: "J" }` */
const refOfKind = <Kind extends ResourceKind>(kind: Kind) => {
  const names = lineOf(kind).map((each) => [each, each.slice(0, 1).toUpperCase()]);
  return { kind, ...group, ...Object.fromEntries(names) } as unknown as RefOf<Kind>;
};

const workspaceRoute =
  "subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.BatchAI/workspaces/{workspace}";

describe("the rows of the kinds", () => {
  it.each([
    ["workspace", "workspaces", "s", "workspace|lab|w", workspaceRoute],
    ["cluster", "workspaces/clusters", "s|lab|w", "cluster|c", `${workspaceRoute}/clusters/{cluster}`],
    [
      "fileServer",
      "workspaces/fileservers",
      "s|lab|w",
      "fileserver|f",
      `${workspaceRoute}/fileServers/{fileServer}`,
    ],
    [
      "experiment",
      "workspaces/experiments",
      "s|lab|w",
      "experiment|e",
      `${workspaceRoute}/experiments/{experiment}`,
    ],
    [
      "job",
      "workspaces/experiments/jobs",
      "s|lab|w",
      "job|e|j",
      `${workspaceRoute}/experiments/{experiment}/jobs/{job}`,
    ],
    [
      "sweep",
      "workspaces/experiments/sweeps",
      "s|lab|w",
      "sweep|e|s",
      `${workspaceRoute}/experiments/{experiment}/sweeps/{sweep}`,
    ],
    ["trigger", "workspaces/triggers", "s|lab|w", "trigger|t", `${workspaceRoute}/triggers/{trigger}`],
  ] as const)("make type, row and route of a %s", (kind, type, partition, row, route) => {
    expect(typePath(kind)).toBe(type);
    expect(resourceType(kind)).toBe(`Microsoft.BatchAI/${type}`);
    expect(documentKey(refOfKind(kind))).toEqual({ partition, row });
    expect(eventPrefix(refOfKind(kind))).toBe(`event|${row}|`);
    expect(routeOf(kind)).toBe(route);
    expect(collectionRoute(kind)).toBe(route.slice(0, route.lastIndexOf("/")));
  });

  it("say where lists are", () => {
    expect(listed("workspace", { subscriptionId: "S" })).toEqual({ partition: "s", prefix: "workspace|" });
    expect(listed("workspace", group)).toEqual({ partition: "s", prefix: "workspace|lab|" });
    expect(listed("fileServer", refOfKind("workspace"))).toEqual({
      partition: "s|lab|w",
      prefix: "fileserver|",
    });
    expect(listed("job", refOfKind("experiment"))).toEqual({ partition: "s|lab|w", prefix: "job|e|" });
  });

  it("have every resource in a list of its parent, and in no other", () => {
    for (const kind of resourceKinds)
      for (const child of childrenOf(kind)) {
        const parent = parentOf(refOfKind(child));
        expect(parent).toEqual(refOfKind(kind));
        const { prefix } = listed(child, refOfKind(kind) as never);
        expect(documentKey(refOfKind(child)).row.startsWith(prefix)).toBe(true);
        expect(documentKey(refOfKind(child)).row.slice(prefix.length)).not.toContain("|");
      }
  });

  it("stand below the row of what a kind stands in", () => {
    for (const kind of resourceKinds) {
      const { parent } = rowOf(kind);
      if (parent !== undefined)
        expect(resourceKinds.indexOf(parent)).toBeLessThan(resourceKinds.indexOf(kind));
    }
  });

  it("name versions of the API in their order, and an error for a name that is not there", () => {
    for (const kind of resourceKinds) {
      const shown = rowOf(kind).apiVersions;
      expect(apiVersions.filter((version) => shown.includes(version))).toEqual(shown);
      expect(Object.keys(errorTable)).toContain(`${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}NotFound`);
    }
  });

  it("describe what is shown, references to a Key Vault, too", () => {
    const secrets = [{ name: "TOKEN", valueSecretReference: vaultReference("keys", "token") }];
    for (const document of [cluster(), clusterWithMounts(), job(), job({ secrets })]) {
      const { wire, response } = kindOf<ResourceKind>(document.kind);
      expect(response.safeParse(wire(document)).error).toBeUndefined();
    }
  });

  it("make the id that the wire form shows", () => {
    expect(kindOf("cluster").wire(cluster())).toMatchObject({
      id: formatId(cluster()),
      name: cluster().cluster,
    });
    expect(formatId(refOf(job()))).toBe(formatId(job()));
  });
});

describe("a document of any kind", () => {
  it("is marked as deleting once, and told from a later one of the same name", () => {
    const gone = deleting(job(), later);
    expect(gone).toMatchObject({
      provisioningState: "deleting",
      provisioningStateTransitionTime: later.toISOString(),
    });
    expect(deleting(gone, new Date(0))).toBe(gone);
    expect(creationOf(gone)).toBe(job().guid);
  });
});
