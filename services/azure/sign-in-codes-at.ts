// One-time sign-in codes of whoever issues the tokens: the authority of a local cloud. Azure has none.
import { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import type { SignInCodes } from "../sign-in-codes.ts";

const timeoutMs = 5_000;
const Issued = z.object({ code: z.string() });
const Redeemed = z.object({ token: z.string() });

export function signInCodesAt(url: string): SignInCodes {
  const ask = async (path: string, headers: Record<string, string>, body: object): Promise<Response> => {
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    };
    return fetch(`${url}${path}`, init).catch((cause: unknown) => {
      throw unavailable(cause);
    });
  };
  return {
    async issue(token) {
      const answer = await ask("", { authorization: `Bearer ${token}` }, {});
      if (!answer.ok) throw unavailable(new Error(`${url} answered ${answer.status}`));
      return Issued.parse(await answer.json()).code;
    },
    async redeem(code) {
      const answer = await ask("/redeem", {}, { code });
      if (answer.status === 404) return undefined;
      if (!answer.ok) throw unavailable(new Error(`${url} answered ${answer.status}`));
      return Redeemed.parse(await answer.json()).token;
    },
  };
}

function unavailable(cause: unknown): AppError {
  return new AppError("ServiceUnavailable", "Whoever issues sign-in codes did not answer.", { cause });
}
