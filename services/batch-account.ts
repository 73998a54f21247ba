// The Batch account itself, as the app's identity sees it: what it may hold, and what its region offers. For whoever asks whether a
// deployment can run jobs; a refusal is an answer here, because it is what the asker wants to know.
import type { AccountState } from "../domain/preflight/account-checks.ts";

export interface AccountFacts extends AccountState {
  /** Dedicated processors by family, in Azure's spelling; absent where families have no limits of their own. */
  readonly familyProcessors: Readonly<Record<string, number>> | undefined;
  /** When Azure answered, by its own clock (milliseconds). */
  readonly answeredAt: number | undefined;
}

export interface OfferedSize {
  readonly name: string;
  readonly family: string;
  readonly processors: number | undefined;
}

export interface Refused {
  readonly kind: "refused";
  /** Absent: nobody answered, or there was no token to ask with. */
  readonly status?: number | undefined;
  readonly code: string;
  readonly message: string;
}

export interface BatchAccount {
  facts(): Promise<({ readonly kind: "found" } & AccountFacts) | Refused>;
  sizes(
    location: string,
  ): Promise<{ readonly kind: "found"; readonly sizes: readonly OfferedSize[] } | Refused>;
}
