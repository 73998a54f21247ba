// While the app has earlier keys beside its first: what they sealed is sealed anew, so that they can be taken away.
import type { Services } from "../../services/services.ts";

export async function resealSecrets({ secrets, logger }: Services): Promise<void> {
  const found = await secrets.reseal();
  if (found !== undefined) logger.info("secrets.resealed", found);
}
