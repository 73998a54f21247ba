// The Batch AI workspaces as a client of the API sees them, in the name of whoever asks about their resource groups.
import { z } from "zod";
import { ResourceFault } from "./service/fault.ts";
import type { Workspaces } from "./service/groups.ts";

const Page = z.object({
  value: z.array(z.object({ id: z.string() })),
  nextLink: z.string().optional(),
});
const version = "api-version=2018-05-01";

export function workspacesOver(o: {
  readonly api: string;
  readonly subscriptionId: string;
  readonly authorization: string;
}): Workspaces {
  const ask = async (method: string, url: string): Promise<Response> => {
    const response = await fetch(url, { method, headers: { authorization: o.authorization } });
    if (response.ok) return response;
    throw new ResourceFault(
      response.status,
      "WorkspacesNotReached",
      `${method} of the Batch AI workspaces answered ${response.status}.`,
    );
  };
  return {
    async list() {
      const found: { id: string; resourceGroup: string }[] = [];
      let next: string | undefined =
        `${o.api}/subscriptions/${o.subscriptionId}/providers/Microsoft.BatchAI/workspaces?${version}`;
      while (next !== undefined) {
        const page: z.infer<typeof Page> = Page.parse(await (await ask("GET", next)).json());
        for (const { id } of page.value)
          found.push({ id, resourceGroup: /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? "" });
        next = page.nextLink;
      }
      return found;
    },
    remove: async (id) => void (await ask("DELETE", `${o.api}${id}?${version}`)),
  };
}
