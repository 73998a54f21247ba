// What a toolkit is: the settings block of one framework and the rule that turns it into processes. A toolkit knows
// nothing of Azure, files or shells beyond the command text it composes; `registry.ts` lists them.
import type { z } from "zod";
import { parse } from "../shared/parse.ts";

export interface ToolkitContext {
  readonly nodeCount: number;
  /** 0 on CPU sizes. */
  /** Undefined: it has some, nobody knows how many. */
  readonly gpusPerNode: number | undefined;
  /** A TCP port on the first node that other jobs on the same machine are unlikely to use. */
  readonly rendezvousPort: number;
  /** The VM size has RDMA over InfiniBand. */
  readonly hasInfiniBand: boolean;
  /** True when `AZ_BATCHAI_SHARED_JOB_TEMP` is set: always on one node, else only with a mounted file share. */
  readonly hasSharedTemp: boolean;
}

export interface PlannedProcess {
  /** 0 is the node that the job's exit code and `stdout.txt` come from. */
  readonly node: number;
  readonly role: string;
  /** Index within the role. */
  readonly index: number;
  /** Programs of which the first one present runs the script; their name is in `$AZ_BATCHAI_INTERPRETER`. Templates. */
  readonly interpreter?: readonly string[];
  /** Shell text; runs in bash when the node has it, else sh. */
  readonly command: string;
  /** Added to the job's environment. Values are templates. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * `required`: the job ends well when all required processes exited 0. `service`: ended by the launcher then.
   * Whichever fails first ends the job with its exit code.
   */
  readonly ends: "required" | "service";
  /** It listens there on its node; `$AZ_BATCHAI_ENDPOINT_{role}_{index}` in the job's templates is its `host:port`. */
  readonly port?: number;
  /** Its output is in `stdout.txt` and `stderr.txt`, too. True of exactly one process. */
  readonly main: boolean;
  /** Its output is in `stdout-{log}.txt` and `stderr-{log}.txt`, which are the service's names. Required but for the main process. */
  readonly log?: string;
}

export interface ToolkitDefinition<Schema extends z.ZodType> {
  /** Member of the job's properties, e.g. `pyTorchSettings`. */
  readonly block: string;
  /** `toolType` on the wire. */
  readonly toolType: string;
  readonly settings: Schema;
  /** Rules across fields. Answers `field: what is wrong and what to do`, or undefined. */
  readonly validate?: (settings: z.output<Schema>, context: ToolkitContext) => string | undefined;
  readonly plan: (settings: z.output<Schema>, context: ToolkitContext) => readonly PlannedProcess[];
  /** One spelling for settings that mean the same and are shown as sent. */
  readonly canonical?: (settings: z.output<Schema>) => object;
  /** What clients see where they gave nothing. */
  readonly defaults?: (settings: z.output<Schema>, nodeCount: number) => Partial<z.output<Schema>>;
}

export interface Toolkit {
  readonly block: string;
  readonly toolType: string;
  readonly settings: z.ZodType;
  /** Both take settings as stored: they are parsed again, so that a document of an older version cannot surprise. */
  validate(settings: unknown, context: ToolkitContext): string | undefined;
  plan(settings: unknown, context: ToolkitContext): readonly PlannedProcess[];
  /** What a repeated PUT is compared by. */
  canonical(settings: object): object;
  /** The settings as clients see them: as given, and what the service fills in. */
  shown(settings: object, nodeCount: number): object;
}

export function defineToolkit<Schema extends z.ZodType>(definition: ToolkitDefinition<Schema>): Toolkit {
  const { block, toolType, settings } = definition;
  const read = (value: unknown): z.output<Schema> => parse(settings, value, { what: block });
  return {
    block,
    toolType,
    settings,
    validate: (value, context) => definition.validate?.(read(value), context),
    plan: (value, context) => definition.plan(read(value), context),
    canonical: (value) => definition.canonical?.(read(value)) ?? value,
    shown: (value, nodeCount) => ({ ...definition.defaults?.(read(value), nodeCount), ...value }),
  };
}

/** The one process of a toolkit that starts everything from the first node. */
export function onFirstNode(process: Pick<PlannedProcess, "command" | "interpreter">): PlannedProcess {
  return { node: 0, role: "command", index: 0, environment: {}, ends: "required", main: true, ...process };
}

/** Shell text followed by the user's arguments, which are shell text, too. */
export function withArguments(command: string, commandLineArgs: string | undefined): string {
  return commandLineArgs === undefined || commandLineArgs === "" ? command : `${command} ${commandLineArgs}`;
}
