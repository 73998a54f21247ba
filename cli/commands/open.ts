// `batchai open JOB`: the page of a resource in the portal. The address is the answer; where a person looks on, their browser opens it, too. On a
// local cloud it signs in, once and soon.
import { parseId } from "../../domain/shared/resource-id.ts";
import type { ResourceRef } from "../../domain/shared/resource-id.ts";
import { openInBrowser } from "../browser.ts";
import { command } from "../command.ts";
import { usageError } from "../failure.ts";
import { notify } from "../hints.ts";
import { flag, text } from "../options.ts";
import { portalPageOf } from "../portal-page.ts";
import {
  clusterRef,
  inExperiment,
  jobRef,
  openService,
  sweepRef,
  triggerRef,
  workspaceRef,
} from "../service.ts";
import type { Service } from "../service.ts";

export const open = command({
  examples: ["open first -w lab -e digits", "open --sweep rates", "open -c nodes --print"],
  words: {
    usage: "[job]",
    description: "a job by its name, or the ARM id of anything; without it, the workspace",
  },
  options: {
    ...inExperiment,
    cluster: text("-c, --cluster <name>", "the page of this cluster instead"),
    sweep: text("--sweep <name>", "the page of this sweep instead"),
    trigger: text("--trigger <name>", "the page of this trigger or schedule instead"),
    print: flag("--print", "open no browser"),
  },
  async run(given, context, [word]) {
    const service = await openService(given, context);
    const ref = askedFor(service, given, word);
    const page = portalPageOf(ref);
    if (page === undefined) throw usageError(`The portal has no page for '${word}'.`);
    await checkThere(service, ref);
    const address = await addressOf(service, page);
    context.out(`${address}\n`);
    if (given.print || !context.isTerminal.out) return;
    if (!(await openInBrowser(address, context)))
      notify(context, "No browser could be opened here: open the address yourself, or set BROWSER.");
  },
});

interface Asked {
  readonly workspace: string | undefined;
  readonly experiment: string | undefined;
  readonly cluster: string | undefined;
  readonly sweep: string | undefined;
  readonly trigger: string | undefined;
}

function askedFor(service: Service, given: Asked, word: string | undefined): ResourceRef {
  const { cluster, sweep, trigger } = given;
  if ([word, cluster, sweep, trigger].filter((one) => one !== undefined).length > 1)
    throw usageError("Name one thing: a job, or one of -c, --sweep and --trigger.");
  if (cluster !== undefined) return clusterRef(service, given, cluster);
  if (sweep !== undefined) return sweepRef(service, given, sweep);
  if (trigger !== undefined) return triggerRef(service, given, trigger);
  if (word === undefined) return workspaceRef(service, given);
  return word.startsWith("/") ? parseId(word) : jobRef(service, given, word);
}

/** Rejects with the service's own words where there is no such thing. */
async function checkThere({ client }: Service, ref: ResourceRef): Promise<void> {
  switch (ref.kind) {
    case "job":
      return void (await client.jobs.get(ref));
    case "sweep":
      return void (await client.sweeps.get(ref));
    case "cluster":
      return void (await client.clusters.get(ref));
    case "trigger":
      return void (await client.triggers.get(ref));
    case "workspace":
      return void (await client.workspaces.get(ref));
    default:
  }
}

async function addressOf({ client, endpoint, isLocalCloud }: Service, page: string): Promise<string> {
  const link = new URL(isLocalCloud ? await client.portalLink() : endpoint);
  link.pathname = page;
  return link.href;
}
