// Which trials of a sweep are shown, and in which order, as an address says it.
import type { TrialView } from "./trials.ts";

export function trialViewOf(query: URLSearchParams): TrialView {
  const state = query.get("state") ?? "";
  return {
    states: state === "" ? [] : [state],
    filter: query.get("filter") ?? "",
    sort: query.get("sort") ?? "trial",
  };
}
