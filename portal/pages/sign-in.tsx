// For whoever is not signed in: where a link comes from, and a field for a token.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { FormEvent } from "react";
import { signIn } from "../api/http.ts";
import { CopyButton } from "../components/command-strip.tsx";
import { ErrorBox } from "../components/data-state.tsx";

export function SignIn({ problem }: { problem: Error | undefined }) {
  const client = useQueryClient();
  const [token, type] = useState("");
  const [error, setError] = useState(problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn({ token }).then(
      (session) => client.setQueryData(["session"], session),
      (refused: unknown) => setError(refused as Error),
    );
  };
  return (
    <main className="alone">
      <h1>OpenBatchAI</h1>
      {error !== undefined && <ErrorBox error={error} what="Sign-in" />}
      <section className="card">
        <h2>On this machine</h2>
        <p>Run this in the folder of the local cloud, and open the link that it prints.</p>
        <p className="command-line">
          <code>batchai portal</code> <CopyButton text="batchai portal" what="command" />
        </p>
      </section>
      <section className="card">
        <h2>On Azure</h2>
        <p>
          Get a token for the app registration of this service, and paste it. It is kept out of reach of
          scripts, until it expires.
        </p>
        <p className="command-line">
          <code>az account get-access-token --resource api://CLIENT_ID --query accessToken -o tsv</code>
        </p>
        <form onSubmit={submit}>
          <label>
            Token
            <input
              type="password"
              required
              autoComplete="off"
              value={token}
              onChange={(event) => type(event.target.value)}
            />
          </label>
          <button type="submit" className="primary">
            Sign in
          </button>
        </form>
      </section>
    </main>
  );
}
