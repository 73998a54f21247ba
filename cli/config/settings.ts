// The settings that a person need not type each time, and where each comes from: the environment, the project's file, the profile.
// Options come before all of them; a local cloud that is found is what is left. The result is an environment in which the gaps are
// filled, so that a command asks in one place.
import type { Context } from "../command.ts";
import { usageError } from "../failure.ts";
import { readProjectFile, readUserFile } from "./files.ts";
import type { ProjectFile } from "./files.ts";
import type { NamedProfile } from "./profile.ts";

/** What may be set, with the variable that holds it. */
export const settings = {
  endpoint: "BATCHAI_ENDPOINT",
  subscription: "BATCHAI_SUBSCRIPTION_ID",
  resourceGroup: "BATCHAI_RESOURCE_GROUP",
  location: "BATCHAI_LOCATION",
  workspace: "BATCHAI_WORKSPACE",
  experiment: "BATCHAI_EXPERIMENT",
  cluster: "BATCHAI_CLUSTER",
  output: "BATCHAI_OUTPUT",
} as const;
export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as SettingName[];

export interface Setting {
  readonly name: SettingName;
  readonly value: string;
  /** `BATCHAI_WORKSPACE`, or the file and the profile in it. */
  readonly origin: string;
}

export interface Configuration {
  readonly settings: readonly Setting[];
  readonly profile: NamedProfile | undefined;
}

type Surroundings = Pick<Context, "environment" | "directory">;

export async function readConfiguration(context: Surroundings): Promise<Configuration> {
  const { environment } = context;
  const [project, user] = await Promise.all([readProjectFile(context), readUserFile(environment)]);
  const chosen = environment["BATCHAI_PROFILE"] || project?.content.profile || user?.content.current;
  const found = chosen === undefined ? undefined : user?.content.profiles[chosen];
  if (chosen !== undefined && found === undefined)
    throw usageError(
      `There is no profile '${chosen}'${user === undefined ? "" : ` in ${user.path}`}. Make it with \`batchai login --profile ${chosen}\`.`,
    );
  const origins = [
    {
      of: (name: SettingName) => environment[settings[name]] || undefined,
      describe: (name: SettingName) => settings[name],
    },
    { of: (name: SettingName) => ofProject(project?.content, name), describe: () => project?.path ?? "" },
    {
      of: (name: SettingName) => found?.settings[name],
      describe: () => `${user?.path ?? ""}, profile ${chosen ?? ""}`,
    },
  ];
  const known = settingNames.flatMap((name): Setting[] => {
    const origin = origins.find(({ of }) => of(name) !== undefined);
    const value = origin?.of(name);
    return origin === undefined || value === undefined
      ? []
      : [{ name, value, origin: origin.describe(name) }];
  });
  return { settings: known, profile: found === undefined ? undefined : { ...found, name: chosen ?? "" } };
}

/** A project's file names no service. */
function ofProject(content: ProjectFile | undefined, name: SettingName): string | undefined {
  return name === "endpoint" ? undefined : content?.[name];
}

/** The context with what is configured as its environment. */
export async function configured(context: Context): Promise<Context> {
  const { settings: known, profile } = await readConfiguration(context);
  const filled = Object.fromEntries(known.map(({ name, value }) => [settings[name], value]));
  return {
    ...context,
    environment: { ...context.environment, ...filled },
    ...(profile === undefined ? {} : { profile }),
  };
}
