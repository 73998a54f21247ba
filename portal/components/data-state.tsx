// What is shown of something that was asked for: nothing yet, the error with what to do, or the data, and whether they stand still.
import type { ReactNode } from "react";
import { errorTable, failureTable } from "../../domain/shared/errors.ts";
import { CallError } from "../api/http.ts";
import { CopyButton } from "./command-strip.tsx";

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
      Reading {what} …
    </p>
  );
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });

function Reconnecting({ since, error }: { since: number; error: Error }) {
  return (
    <p className="banner" role="status">
      <strong>Reconnecting.</strong> These are the data of {clock.format(new Date(since))}. {error.message}
    </p>
  );
}

/** What to do about an error of that code, where that is known. */
export function remedyOf(code: string): string | undefined {
  const rows: Readonly<Record<string, { readonly remedy: string }>> = { ...errorTable, ...failureTable };
  if (code === "Unreachable") return "Is the local cloud still running? Start it again with: batchai start";
  return rows[code]?.remedy;
}

export function ErrorBox({ error, what, onRetry }: { error: Error; what: string; onRetry?: () => void }) {
  const { code, requestId } = error instanceof CallError ? error : { code: error.name, requestId: undefined };
  const remedy = remedyOf(code);
  return (
    <div className="error-box" role="alert">
      <h2>
        {what}: <code>{code}</code>
      </h2>
      <p>{error.message}</p>
      {remedy !== undefined && <p className="remedy">{remedy}</p>}
      {requestId !== undefined && (
        <p className="muted">
          Request <code>{requestId}</code> <CopyButton text={requestId} what="request id" />
        </p>
      )}
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Try again
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
