// What is shown of something that was asked for: nothing yet, the error with what to do, or the data, and whether they stand still.
import type { ReactNode } from "react";
import { errorTable, failureTable } from "../../domain/shared/errors.ts";
import { CallError } from "../api/http.ts";
import { CopyButton } from "./command-strip.tsx";
import { formats } from "../lib/formats.ts";
import { t } from "../texts/texts.ts";

/** What a query is, as far as it is shown here. */
interface Asked<Data> {
  readonly data: Data | undefined;
  readonly error: Error | null;
  readonly dataUpdatedAt: number;
  refetch(): unknown;
}

interface Props<Data> {
  readonly query: Asked<Data>;
  /** `the jobs` */
  readonly what: string;
  readonly children: (data: Data) => ReactNode;
}

export function DataState<Data>({ query, what, children }: Props<Data>) {
  const { data, error, dataUpdatedAt } = query;
  if (data !== undefined)
    return (
      <>
        {error !== null && <Reconnecting since={dataUpdatedAt} error={error} />}
        {children(data)}
      </>
    );
  if (error !== null) return <ErrorBox error={error} what={what} onRetry={() => void query.refetch()} />;
  return (
    <p className="loading" role="status">
      {t.common.dataState.reading(what)}
    </p>
  );
}

function Reconnecting({ since, error }: { since: number; error: Error }) {
  return (
    <p className="banner" role="status">
      <strong>{t.common.dataState.reconnecting}</strong>{" "}
      {t.common.dataState.dataOf(formats.clock(new Date(since)))} <Said error={error} />
    </p>
  );
}

/** What the service says, it says in English. */
function Said({ error }: { error: Error }) {
  const isOwn = error instanceof CallError && error.status === 0;
  return <span lang={isOwn ? undefined : "en"}>{error.message}</span>;
}

/** What to do about an error of that code, where that is known. */
export function Remedy({ code }: { code: string }) {
  const rows: Readonly<Record<string, { readonly remedy: string }>> = { ...errorTable, ...failureTable };
  if (code === "Unreachable")
    return <p className="remedy">{t.common.dataState.startAgain(<code>batchai start</code>)}</p>;
  const remedy = rows[code]?.remedy;
  if (remedy === undefined) return null;
  return (
    <p className="remedy" lang="en">
      {remedy}
    </p>
  );
}

export function ErrorBox({ error, what, onRetry }: { error: Error; what: string; onRetry?: () => void }) {
  const { code, requestId } = error instanceof CallError ? error : { code: error.name, requestId: undefined };
  return (
    <div className="error-box" role="alert">
      <h2>
        {what}: <code>{code}</code>
      </h2>
      <p>
        <Said error={error} />
      </p>
      <Remedy code={code} />
      {requestId !== undefined && (
        <p className="muted">
          {t.common.dataState.request} <code>{requestId}</code>{" "}
          <CopyButton text={requestId} what={t.common.requestId} />
        </p>
      )}
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          {t.common.dataState.tryAgain}
        </button>
      )}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
