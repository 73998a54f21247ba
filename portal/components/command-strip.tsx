// The command lines that do the same as a view or a dialog: shown, and copied with one click.
import { useState } from "react";
import type { CommandLine } from "../lib/request-lines.ts";
import { t } from "../texts/texts.ts";

const allTools = ["batchai", "curl", "python"] as const;
type Tool = (typeof allTools)[number];

export function CommandStrip({ lines, label }: { lines: readonly CommandLine[]; label: string }) {
  const tools = allTools.filter((each) => lines.some((line) => line[each] !== undefined));
  const [chosen, choose] = useState<Tool>("batchai");
  const tool = tools.includes(chosen) ? chosen : (tools[0] ?? "batchai");
  const text = lines.map((line) => textFor(line, tool)).join("\n");
  return (
    <section className="command-strip" aria-label={label}>
      <div className="command-tools" role="group" aria-label={t.common.writtenFor}>
        {tools.map((each) => (
          <button
            key={each}
            type="button"
            className="quiet"
            aria-pressed={tool === each}
            onClick={() => choose(each)}
            translate="no"
          >
            {each}
          </button>
        ))}
      </div>
      <pre role="group" tabIndex={0} aria-label={t.common.linesFor(label, tool)}>
        {text}
      </pre>
      <CopyButton text={text} what={t.common.command} />
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
      () => setNotice(t.common.copied),
      () => setNotice(t.common.notAllowed),
    );
  };
  return (
    <button
      type="button"
      className="quiet copy"
      onClick={copy}
      onBlur={() => setNotice("")}
      aria-label={t.common.copyWhat(what)}
    >
      <span aria-live="polite">{notice === "" ? t.common.copy : notice}</span>
    </button>
  );
}
