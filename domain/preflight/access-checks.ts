// What a refused or unanswered call tells of the app's identity, its roles and the provider, and what its clock is off by.
import { failure, fine, warning } from "./check.ts";
import type { Check } from "./check.ts";

/** Why a call of the app to Azure did not work. */
export interface Refusal {
  readonly status?: number | undefined;
  readonly code: string;
  readonly message: string;
}

/** What the app calls, and the role of infra/ that allows it. */
export interface Access {
  readonly name: string;
  readonly what: string;
  readonly role: string;
  readonly on: string;
}

export function accessCheck(access: Access, refusal: Refusal | undefined): Check {
  const { name, what, role, on } = access;
  if (refusal === undefined) return fine(name, what);
  const { status, code, message } = refusal;
  const said = `${code}: ${firstLine(message)}`;
  if (/SubscriptionNotRegistered|MissingSubscriptionRegistration/i.test(code))
    return failure(name, said, "az provider register --namespace Microsoft.Batch --wait");
  if (status === 404)
    return failure(
      name,
      said,
      `there is none of that name: correct the setting that names the ${on}, or deploy again`,
    );
  if (status === 401 || status === 403)
    return failure(
      name,
      said,
      `give the app's identity the role ${role} on the ${on} (a new assignment takes up to 30 minutes), and see whether a firewall or private endpoints keep the app out`,
    );
  if (status === 429 || (status !== undefined && status >= 500) || code === "ServiceUnavailable")
    return warning(name, said, "Azure is busy or has an outage: ask again in a minute");
  return failure(
    name,
    said,
    `see whether the app has an identity (AZURE_CLIENT_ID), and whether the ${on} can be reached from its network`,
  );
}

const firstLine = (text: string) => (text.split("\n")[0] ?? "").slice(0, 300);

/** Signed links are valid from five minutes ago by our clock; beyond that storage takes none of them. */
const worstSkewMs = 5 * 60_000;
const noticedSkewMs = 30_000;

/** @param answeredAt Azure's clock in an answer to a call made between `from` and `to` by ours. */
export function clockCheck(answeredAt: number | undefined, from: number, to: number): Check {
  const name = "clock";
  if (answeredAt === undefined)
    return warning(name, "Azure's time is not in its answer", "compare the clock of the app's host by hand");
  // Azure's answer is told in whole seconds.
  const ahead = Math.max(0, from - answeredAt - 1000) - Math.max(0, answeredAt - to);
  const seconds = Math.round(Math.abs(ahead) / 1000);
  const detail = `${seconds} s ${ahead < 0 ? "behind" : "ahead of"} Azure's`;
  if (Math.abs(ahead) > worstSkewMs)
    return failure(name, `${detail}: links for nodes are refused`, "set the clock of the app's host (NTP)");
  if (Math.abs(ahead) > noticedSkewMs) return warning(name, detail, "set the clock of the app's host (NTP)");
  return fine(name, seconds === 0 ? "as Azure's" : detail);
}
