// What went wrong with a job or a cluster, in the service's words, and what to do.
import type { BatchAIError } from "../../domain/shared/batch-ai-error.ts";
import { Remedy } from "./data-state.tsx";

export function FailureList({ errors }: { errors: readonly BatchAIError[] }) {
  return errors.map(({ code, message, details = [] }, index) => (
    <div key={index} className="error-box">
      <h2>
        <code>{code}</code>
      </h2>
      <p lang="en">{message}</p>
      <Remedy code={code} />
      {details.length > 0 && (
        <dl className="facts" lang="en">
          {details.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  ));
}
