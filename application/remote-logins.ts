// How to reach nodes by ssh: one entry per node that has an address now.
import type { Services } from "../services/services.ts";

export interface RemoteLogin {
  readonly nodeId: string;
  readonly ipAddress: string;
  readonly port: number;
}

export async function remoteLogins(
  services: Services,
  pool: string,
  nodeIds: readonly string[],
): Promise<readonly RemoteLogin[]> {
  const found = await Promise.all(
    nodeIds.map(async (nodeId) => {
      const login = await services.batch.remoteLogin(pool, nodeId);
      return login === undefined ? [] : [{ nodeId, ...login }];
    }),
  );
  return found.flat();
}
