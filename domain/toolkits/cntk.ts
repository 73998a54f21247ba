// cntkSettings: a BrainScript configuration (`cntk configFile=…`) or a Python script; under mpirun when there is more than
// one process. Recipes leave languageType out: it follows from which path is given.
import { z } from "zod";
import { templateWord } from "../launch/quote.ts";
import { anyText, choice, text, wholeNumber } from "../shared/fields.ts";
import { checkProcessCount, mpiCommand } from "./mpi.ts";
import { pythonCommand } from "./python-script.ts";
import { defineToolkit, onFirstNode, withArguments } from "./toolkit.ts";

export const CntkSettings = z.object({
  languageType: choice(["BrainScript", "Python"]).optional(),
  configFilePath: text().optional(),
  pythonScriptFilePath: text().optional(),
  pythonInterpreterPath: text().optional(),
  commandLineArgs: anyText().optional(),
  processCount: wholeNumber(1, 10_000).optional(),
});

export const cntkToolkit = defineToolkit({
  block: "cntkSettings",
  toolType: "cntk",
  settings: CntkSettings,
  defaults: ({ pythonScriptFilePath }, nodeCount) => ({
    processCount: nodeCount,
    ...(pythonScriptFilePath === undefined ? {} : { languageType: "Python" as const }),
  }),
  validate: (settings, { nodeCount }) =>
    checkPaths(settings) ?? checkProcessCount(settings.processCount, nodeCount),
  plan: (settings, context) => {
    const processCount = settings.processCount ?? context.nodeCount;
    const { interpreter, command } = single(settings);
    return [
      onFirstNode({
        ...(interpreter === undefined ? {} : { interpreter }),
        command: processCount > 1 ? mpiCommand(command, processCount, context) : command,
      }),
    ];
  },
});

type Settings = z.output<typeof CntkSettings>;

function single(settings: Settings): { readonly interpreter?: readonly string[]; readonly command: string } {
  const { pythonScriptFilePath, configFilePath = "", commandLineArgs } = settings;
  if (pythonScriptFilePath !== undefined)
    return pythonCommand({ ...settings, pythonScriptFilePath }, commandLineArgs);
  return { command: withArguments(`cntk configFile=${templateWord(configFilePath)}`, commandLineArgs) };
}

function checkPaths(settings: Settings): string | undefined {
  const { languageType, configFilePath, pythonScriptFilePath, pythonInterpreterPath } = settings;
  if (configFilePath !== undefined && pythonScriptFilePath !== undefined) {
    return "configFilePath: is for BrainScript and pythonScriptFilePath for Python; give one of them";
  }
  if (languageType === "Python" && pythonScriptFilePath === undefined) {
    return "pythonScriptFilePath: is required for languageType 'Python'";
  }
  if (languageType === "BrainScript" && configFilePath === undefined) {
    return "configFilePath: is required for languageType 'BrainScript'";
  }
  if (configFilePath === undefined && pythonScriptFilePath === undefined) {
    return "configFilePath: give it for BrainScript, or pythonScriptFilePath for Python";
  }
  if (configFilePath !== undefined && pythonInterpreterPath !== undefined) {
    return "pythonInterpreterPath: is for Python scripts; leave it out with configFilePath";
  }
  return undefined;
}
