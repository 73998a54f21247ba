// The fragment of a link that MLflow's clients print, as the portal reads it.
import { expect, it } from "vitest";
import { formatRunId } from "../../domain/tracking/run-id.ts";
import { jobOfRunLink } from "../../portal/lib/run-links.ts";

const link = (id: string) => `#/experiments/e/runs/${id}`;
const unique = "0123456789abcdef0123456789abcdef";

it("leads to the job, of a job's own run as of one that was started beside it", () => {
  const linked = { experiment: "a-b", job: "c-d_1" };
  expect(jobOfRunLink(link(formatRunId({ kind: "job", ...linked })))).toEqual(linked);
  expect(jobOfRunLink(link(formatRunId({ kind: "child", ...linked, unique })))).toEqual(linked);
});

it.each([
  "",
  "#code=abc",
  link(formatRunId({ kind: "free", experiment: "e", unique })),
  link("j99-e-j"),
  link("j1-e"),
])("leads nowhere: '%s'", (hash) => expect(jobOfRunLink(hash)).toBeUndefined());
