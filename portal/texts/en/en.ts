// English: all that the portal says. What another language lacks is an error of types.
import { common, counts, measures, states, things } from "./common.ts";
import { clusterBar, overview } from "./overview.ts";
import { display, keys, noWorkspace, shell, signIn } from "./shell.ts";

export const en = {
  ...{ clusterBar, common, counts, display, keys, measures, noWorkspace, overview, shell, signIn, states },
  ...{ things },
};
