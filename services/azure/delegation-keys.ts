// The key that signs links where the app has no account key. Storage gives it for seven days at most; one is used for as long as it
// outlives the links that are asked for, so that a link costs no request. Callers at the same time share one request.
import type { Clock } from "../clock.ts";

/** Clocks of callers and service may differ; keys and links are valid from a little before now. */
export const skewMs = 5 * 60_000;
/** Seven days, less the skew: storage refuses what it takes for more. */
const lifetimeMs = 7 * 24 * 3_600_000 - skewMs;

export interface DelegationKey {
  readonly signedExpiresOn: Date;
}

/** @param request asks storage for a key that is valid in between. */
export function delegationKeys<Key extends DelegationKey>(
  clock: Pick<Clock, "now">,
  request: (startsOn: Date, expiresOn: Date) => Promise<Key>,
): (linkLifetimeMs: number) => Promise<Key> {
  let latest: { readonly key: Promise<Key>; until: number } | undefined;
  return (linkLifetimeMs) => {
    const now = clock.now();
    if (latest !== undefined && latest.until >= now + linkLifetimeMs) return latest.key;
    const until = now + lifetimeMs;
    const asked = { key: request(new Date(now - skewMs), new Date(until)), until };
    latest = asked;
    asked.key.then(
      ({ signedExpiresOn }) => (asked.until = signedExpiresOn.getTime()),
      () => {
        if (latest === asked) latest = undefined; // whoever asks next asks again
      },
    );
    return asked.key;
  };
}
