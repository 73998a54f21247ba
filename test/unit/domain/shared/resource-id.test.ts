import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatId, idKey, parseClusterId, parseId, sameId } from "../../../../domain/shared/resource-id.ts";
import type { ResourceRef } from "../../../../domain/shared/resource-id.ts";

const name = fc.stringMatching(/^[-\w]{1,64}$/);
const group = fc.stringMatching(/^\w[-\w.]{0,30}$/);
const refs: fc.Arbitrary<ResourceRef> = fc
  .record({ subscriptionId: fc.uuid(), resourceGroup: group, workspace: name, a: name, b: name })
  .chain(({ a, b, ...base }) =>
    fc.constantFrom<ResourceRef>(
      { kind: "workspace", ...base },
      { kind: "cluster", ...base, cluster: a },
      { kind: "fileServer", ...base, fileServer: a },
      { kind: "experiment", ...base, experiment: a },
      { kind: "job", ...base, experiment: a, job: b },
    ),
  );

describe("resource ids", () => {
  it("are read back as they were written", () => {
    fc.assert(
      fc.property(refs, (ref) => {
        expect(parseId(formatId(ref))).toEqual(ref);
      }),
    );
  });

  it("mean the same in any case", () => {
    fc.assert(
      fc.property(refs, (ref) => {
        const shouted = parseId(formatId(ref).toUpperCase());
        expect(sameId(shouted, ref)).toBe(true);
        expect(idKey(shouted)).toBe(idKey(ref));
        expect(shouted.kind).toBe(ref.kind);
      }),
    );
  });

  it("never throw anything but a clear refusal", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          refs.map((ref) => `${formatId(ref)}/x`),
        ),
        (text) => {
          try {
            parseId(text);
          } catch (error) {
            expect(error).toMatchObject({ name: "AppError", status: 400 });
          }
        },
      ),
    );
  });

  it("of another kind are not taken for a cluster's", () => {
    const workspace = "/subscriptions/s/resourceGroups/g/providers/Microsoft.BatchAI/workspaces/w";
    expect(() => parseClusterId(workspace)).toThrow(
      /is not the ARM id of a cluster: expected .*clusters\/\{cluster\}/,
    );
    expect(() => parseClusterId(`${workspace}/clusters/c/jobs/j`)).toThrow(/not the ARM id/);
    expect(parseClusterId(`${workspace}/CLUSTERS/c`).cluster).toBe("c");
  });
});
