// The command lines that do the same as a view or a dialog: shown, and copied with one click.
import { useState } from "react";
import type { CommandLine } from "../lib/request-lines.ts";

const allTools = ["batchai", "curl", "python"] as const;
type Tool = (typeof allTools)[number];

export function CommandStrip({ lines, label }: { lines: readonly CommandLine[]; label: string }) {
  const tools = allTools.filter((each) => lines.some((line) => line[each] !== undefined));
  const [chosen, choose] = useState<Tool>("batchai");
  const tool = tools.includes(chosen) ? chosen : (tools[0] ?? "batchai");
  const text = lines.map((line) => textFor(line, tool)).join("\n");
  return (
    <section className="command-strip" aria-label={label}>
      <div className="command-tools" role="group" aria-label="Written for">
        {tools.map((each) => (
          <button
            key={each}
            type="button"
            className="quiet"
            aria-pressed={tool === each}
            onClick={() => choose(each)}
          >
            {each}
          </button>
        ))}
      </div>
      <pre role="group" tabIndex={0} aria-label={`${label}: ${tool}`}>
        {text}
      </pre>
      <CopyButton text={text} what="command" />
    </section>
  );
}

/** What one tool has no word for is said by another; in Python as a comment. */
function textFor(line: CommandLine, tool: Tool): string {
  const shell = line.batchai ?? line.curl ?? "";
  if (tool === "python") return line.python ?? `# ${shell}`;
  return tool === "curl" ? (line.curl ?? shell) : shell;
}

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [notice, setNotice] = useState("");
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setNotice("Copied"),
      () => setNotice("Not allowed"),
    );
  };
  return (
    <button
      type="button"
      className="quiet copy"
      onClick={copy}
      onBlur={() => setNotice("")}
      aria-label={`Copy ${what}`}
    >
      <span aria-live="polite">{notice === "" ? "Copy" : notice}</span>
    </button>
  );
}
