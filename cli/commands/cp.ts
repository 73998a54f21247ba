// `batchai cp FROM TO`: files and folders between this machine and a file share, a container, or what a job wrote. What a folder holds comes
// below the target; a file comes into a folder under its name, else under the target's.
import { basename } from "node:path";
import { command } from "../command.ts";
import type { Context } from "../command.ts";
import { copyFiles } from "../copy/copy-files.ts";
import { sourceContainer, targetContainer } from "../copy/containers.ts";
import { sourceHere, targetHere } from "../copy/here.ts";
import { sourceOutputs } from "../copy/outputs.ts";
import { namesFolder, placeOf } from "../copy/places.ts";
import type { Place } from "../copy/places.ts";
import { sourceShare, targetShare } from "../copy/shares.ts";
import type { Source, Target } from "../copy/side.ts";
import { CommandError, usageError } from "../failure.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { copyProgress } from "../output/copy-progress.ts";
import { inExperiment, jobRef, openService } from "../service.ts";
import type { Service, StorageAccount } from "../service.ts";
import { accountOf, accountOptions, namedAccount } from "../spec/storage-options.ts";

export const cp = command({
  examples: [
    "cp data share:files/digits",
    "cp share:files/digits/labels.csv .",
    "cp job:first/MODEL model -w lab -e digits",
    "cp train.csv container:boxes/data/",
  ],
  words: {
    usage: "<from> <to>",
    description: "a path here, share:NAME/PATH, container:NAME/PATH, or job:NAME/DIRECTORY/PATH",
  },
  options: { ...inExperiment, ...accountOptions },
  async run(given, context, [from = "", to = ""]) {
    const [source, target] = [placeOf(from), placeOf(to)];
    if ((source.kind === "here") === (target.kind === "here"))
      throw usageError(
        "One of both is a path here, the other a place in storage: share:…, container:… or job:….",
      );
    const service = await openService(given, context);
    const storage = () => namedAccount(accountOf(given, service));
    const progress = copyProgress(context);
    const count = await copyFiles(
      sourceOf(source, service, given, context, storage),
      targetOf(target, namesFolder(to), context, storage),
      basename(source.path),
      {
        ...progress,
        onCopied(name) {
          progress.clear();
          context.out(`${name}\n`);
          progress.onCopied();
        },
      },
    ).finally(progress.clear);
    if (count === 0) throw new CommandError(`There is no file in '${from}'.`, exitCodes.notFound);
  },
});

type InExperiment = { readonly [Name in "workspace" | "experiment"]: string | undefined };

function sourceOf(
  place: Place,
  service: Service,
  given: InExperiment,
  context: Context,
  storage: () => StorageAccount,
): Source {
  switch (place.kind) {
    case "here":
      return sourceHere(context.directory, place.path);
    case "share":
      return sourceShare(storage(), place.name, place.path);
    case "container":
      return sourceContainer(storage(), place.name, place.path);
    case "job":
      return sourceOutputs(service.client, jobRef(service, given, place.name), place, context.fetch);
  }
}

function targetOf(
  place: Place,
  isNamedFolder: boolean,
  context: Context,
  storage: () => StorageAccount,
): Target {
  switch (place.kind) {
    case "here":
      return targetHere(context.directory, place.path);
    case "share":
      return targetShare(storage(), place.name, place.path, isNamedFolder);
    case "container":
      return targetContainer(storage(), place.name, place.path, isNamedFolder);
    case "job":
      throw usageError(
        "What a job wrote is read, not written: copy to the share or container that it mounts.",
      );
  }
}
