// For whoever is not signed in: at the issuer, where there is one; else where a link comes from. A token can always be pasted.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { leaveToSignIn } from "../api/authority.ts";
import { signIn } from "../api/http.ts";
import type { Authority } from "../api/http.ts";
import { useAuthority } from "../api/queries.ts";
import { CopyButton } from "../components/command-strip.tsx";
import { DataState, ErrorBox } from "../components/data-state.tsx";
import { t } from "../texts/texts.ts";

export function SignIn({ problem }: { problem: Error | undefined }) {
  const authority = useAuthority();
  const [error, setError] = useState(problem);
  return (
    <main className="alone">
      <h1 translate="no">OpenBatchAI</h1>
      {error !== undefined && <ErrorBox error={error} what={t.things.signIn} />}
      <DataState query={authority} what={t.things.howToSignIn}>
        {(found) => (found === null ? <ByLink /> : <AtIssuer authority={found} onError={setError} />)}
      </DataState>
      <ByToken clientId={authority.data?.clientId ?? "CLIENT_ID"} onError={setError} />
    </main>
  );
}

function AtIssuer({ authority, onError }: { authority: Authority; onError: (error: Error) => void }) {
  const [isLeaving, leave] = useState(false);
  const go = () => {
    leave(true);
    leaveToSignIn(authority).catch((refused: unknown) => {
      leave(false);
      onError(refused as Error);
    });
  };
  return (
    <section className="card">
      <h2>{t.signIn.withAccount}</h2>
      <p>{t.signIn.atIssuer(<code>{new URL(authority.issuer).host}</code>)}</p>
      <button type="button" className="primary" disabled={isLeaving} onClick={go}>
        {t.signIn.signIn}
      </button>
    </section>
  );
}

function ByLink() {
  return (
    <section className="card">
      <h2>{t.signIn.onThisMachine}</h2>
      <p>{t.signIn.byLink}</p>
      <p className="command-line">
        <code>batchai portal</code> <CopyButton text="batchai portal" what={t.common.command} />
      </p>
    </section>
  );
}

function ByToken({ clientId, onError }: { clientId: string; onError: (error: Error) => void }) {
  const client = useQueryClient();
  const [token, type] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn({ token }).then(
      (session) => client.setQueryData(["session"], session),
      (refused: unknown) => onError(refused as Error),
    );
  };
  return (
    <section className="card">
      <h2>{t.signIn.withToken}</h2>
      <p>{t.signIn.pasteToken}</p>
      <p className="command-line">
        <code>az account get-access-token --resource api://{clientId} --query accessToken -o tsv</code>
      </p>
      <form onSubmit={submit}>
        <label>
          {t.signIn.token}
          <input
            type="password"
            required
            autoComplete="off"
            value={token}
            onChange={(event) => type(event.target.value)}
          />
        </label>
        <button type="submit">{t.signIn.useToken}</button>
      </form>
    </section>
  );
}
