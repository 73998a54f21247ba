// Lists of an experiment's jobs, as the text that goes out. They come from the view of its jobs where somebody lists again what was listed
// before, goes on to a next page, or wants a large one; else, and where there are more jobs than are kept, a page is a page of the table.
// Either way the next page begins after the last name of the one before, so that what is written between two pages is neither missed nor seen twice.
// Why it is so: docs/adr/0047-lists-of-jobs-come-from-a-view.md
import { idKey } from "../domain/shared/resource-id.ts";
import type { ExperimentRef } from "../domain/shared/resource-id.ts";
import { forgetOldest } from "../services/forget-oldest.ts";
import type { Services } from "../services/services.ts";
import type { Page, PageRequest } from "../services/state.ts";
import { existing } from "./existing.ts";
import { isViewKept, jobsView, jobText } from "./views/experiment-jobs.ts";
import type { ListedJob } from "./views/experiment-jobs.ts";
import type { View } from "./views/view-reader.ts";

/** A page of the table. */
const tablePage = 1_000;
/** A page ends where it holds that much, whatever was asked for. */
const mostCharacters = 32 * 2 ** 20;

/** @returns JSON texts of the jobs. @throws AppError ExperimentNotFound, InvalidQueryParameter */
export async function listJobs(
  services: Services,
  ref: ExperimentRef,
  page: PageRequest,
): Promise<Page<string>> {
  const { followedJobs } = services.state;
  const after = page.continuation === undefined ? undefined : followedJobs.keyAt(ref, page.continuation);
  const experiment = await existing(services, ref);
  const isLarge = page.size > tablePage || after !== undefined;
  const view =
    isLarge || isViewKept(services, experiment) || isListedAgain(services, ref)
      ? await jobsView(services, experiment)
      : undefined;
  if (view === undefined) return tableOf(services, ref, page);
  const { items, last } = pageAfter(view, after, page.size);
  return last === undefined ? { items } : { items, continuation: followedJobs.continuationAt(ref, last) };
}

async function tableOf(services: Services, ref: ExperimentRef, page: PageRequest): Promise<Page<string>> {
  const found = await services.state.jobs.list(ref, { ...page, size: Math.min(page.size, tablePage) });
  return { ...found, items: found.items.map(jobText) };
}

/** @returns the last key of the page when there are more. */
function pageAfter({ items, keys }: View<ListedJob>, after: string | undefined, size: number) {
  const texts: string[] = [];
  let characters = 0;
  let at = after === undefined ? 0 : firstAfter(keys, after);
  for (; at < keys.length && texts.length < size && characters < mostCharacters; at += 1) {
    const text = items.get(keys[at] ?? "")?.text ?? "";
    texts.push(text);
    characters += text.length;
  }
  return { items: texts, last: at < keys.length ? keys[at - 1] : undefined };
}

/** Where the keys begin that sort after this text. */
function firstAfter(keys: readonly string[], after: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") > after) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Which experiments were listed by this process, the latest of them. */
const listed = new WeakMap<object, Set<string>>();
const mostListed = 1_000;

function isListedAgain({ state }: Services, ref: ExperimentRef): boolean {
  const names = listed.get(state.followedJobs) ?? new Set<string>();
  listed.set(state.followedJobs, names);
  const name = idKey(ref);
  const isAgain = names.delete(name);
  names.add(name);
  forgetOldest(names, mostListed);
  return isAgain;
}
