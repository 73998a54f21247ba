// The reservations in one document per book. Updates of one process wait for each other, so that many at once cost one write each
// and not a race that most of them lose; the document's version keeps processes apart.
import { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import { Claim, ClusterClaim } from "../../domain/usage/quota.ts";
import type { Claims } from "../../domain/usage/quota.ts";
import type { DocumentStore } from "../documents.ts";
import type { Reservations, ReservationBook } from "../reservations.ts";

const partition = "ledger";
const updateTries = 50;

export function documentReservations(store: DocumentStore): Reservations {
  return { clusters: book(store, "clusters", ClusterClaim), jobs: book(store, "jobs", Claim) };
}

function book<Schema extends z.ZodType>(
  store: DocumentStore,
  row: string,
  schema: Schema,
): ReservationBook<z.output<Schema>> {
  const Stored = z.record(z.string(), schema);
  const load = async () => {
    const found = await store.get({ partition, row });
    const claims: Claims<z.output<Schema>> = found === undefined ? {} : Stored.parse(found.value);
    return { claims, etag: found?.etag };
  };
  const attempt: ReservationBook<z.output<Schema>>["update"] = async (change) => {
    for (let tries = 0; tries < updateTries; tries += 1) {
      const { claims, etag } = await load();
      const next = change(claims);
      if (next.claims === claims) return next.result;
      const value = next.claims;
      const written = await store.commit(partition, [
        etag === undefined ? { kind: "insert", row, value } : { kind: "replace", row, value, etag },
      ]);
      if (written !== "conflict") return next.result;
    }
    throw new AppError("ServiceUnavailable", "The quotas are being changed by too many at once.");
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    read: async () => (await load()).claims,
    update(change) {
      const turn = last.then(
        () => attempt(change),
        () => attempt(change),
      );
      last = turn;
      return turn;
    },
  };
}
