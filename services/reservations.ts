// Who holds what is limited: one book per kind of claim. Invariant: two writers, in whatever process, never both see the last
// free place.
import type { Claim, Claims, ClusterClaim } from "../domain/usage/quota.ts";

export interface ReservationBook<Held> {
  read(): Promise<Claims<Held>>;
  /**
   * Reads, changes, writes; again from the start when somebody else wrote meanwhile. Claims that come back as they were
   * given are not written.
   */
  update<Result>(
    change: (claims: Claims<Held>) => { readonly claims: Claims<Held>; readonly result: Result },
  ): Promise<Result>;
}

export interface Reservations {
  /** By cluster GUID. */
  readonly clusters: ReservationBook<ClusterClaim>;
  /** By job GUID; kept only while active jobs are limited. */
  readonly jobs: ReservationBook<Claim>;
}
