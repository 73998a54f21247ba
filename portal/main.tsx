// The portal in the browser: takes the code of a sign-in link out of the address, then shows the pages.
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { queryClient } from "./api/queries.ts";
import { App } from "./app.tsx";
import { applyTheme, storedTheme } from "./lib/theme.ts";
import "./styles/index.css";

/** The code leaves the address, and with it the history, before anything else happens. */
function takeCode(): string | undefined {
  const [, code] = /^#code=([\w-]{20,200})$/.exec(location.hash) ?? [];
  if (code !== undefined) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

const code = takeCode();
// A link that is opened where the portal is open already changes the address only.
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#code=")) location.reload();
});
applyTheme(storedTheme());
const root = document.getElementById("portal");
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Router base="/portal">
          <App code={code} />
        </Router>
      </QueryClientProvider>
    </StrictMode>,
  );
