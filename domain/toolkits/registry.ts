// The toolkits that jobs can use. A new framework is a file of its own and a line here.
import { customToolkit } from "./custom.ts";
import { pyTorchToolkit } from "./py-torch.ts";
import type { Toolkit } from "./toolkit.ts";

export const toolkits: readonly Toolkit[] = [customToolkit, pyTorchToolkit];

export function toolkitOf(block: string): Toolkit {
  const found = toolkits.find((toolkit) => toolkit.block === block);
  if (found === undefined) throw new Error(`no toolkit is registered for '${block}'`);
  return found;
}
