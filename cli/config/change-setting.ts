// `config set` and `config unset`: one setting of a profile, or of the project.
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { flag, text } from "../options.ts";
import { nearest } from "../spec/nearest.ts";
import { changeProjectFile, changeUserFile } from "./files.ts";
import { settingNames } from "./settings.ts";
import type { SettingName } from "./settings.ts";

export const ofSetting = {
  profile: text("--profile <name>", "profile to change (default: the current one)"),
  project: flag("--project", "change batchai.yaml of the project instead"),
};

export async function changeSetting(
  change: { readonly name: string; readonly value: string | undefined },
  given: { readonly profile: string | undefined; readonly project: boolean },
  { environment, directory }: Context,
): Promise<void> {
  const name = knownName(change.name);
  const changed = { [name]: change.value };
  if (given.project) {
    if (name === "endpoint")
      throw usageError("A project's file names no service; batchai.yaml may hold `profile: NAME` instead.");
    await changeProjectFile({ directory }, (content) => ({ ...content, ...changed }));
    return;
  }
  if (name === "endpoint")
    throw usageError("Another service is another profile: batchai login --endpoint URL --profile NAME.");
  await changeUserFile(environment, (content) => {
    const chosen = given.profile ?? environment["BATCHAI_PROFILE"] ?? content.current ?? "local";
    const profile = content.profiles[chosen] ?? { settings: {} };
    const settings = { ...profile.settings, ...changed };
    return {
      current: content.current ?? chosen,
      profiles: { ...content.profiles, [chosen]: { ...profile, settings } },
    };
  });
}

function knownName(name: string): SettingName {
  const known = settingNames.find((one) => one === name);
  if (known !== undefined) return known;
  const meant = nearest(name, settingNames);
  const guess = meant === undefined ? "" : ` Is '${meant}' meant?`;
  throw usageError(`There is no setting '${name}'.${guess} There are ${settingNames.join(", ")}.`);
}
