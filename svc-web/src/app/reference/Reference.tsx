"use client";

import "swagger-ui-dist/swagger-ui.css";
import { useEffect, useRef, useState, type ReactNode } from "react";
import styles from "@/app/reference/Reference.module.css";
import { applyTheme, theme } from "@/shared/lib/theme";
import { Notice } from "@/shared/ui/Notice";

const DOCUMENT = "/openapi.json";

/** The REST API as pages: every operation with what it takes and gives. Reading ones can be tried with one's own log-in. */
export function Reference(): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let left = false;
    applyTheme();
    const device = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const chosen = theme() === "system" ? device : theme();
    document.documentElement.classList.toggle("dark-mode", chosen === "dark");
    // Large, and for this page only.
    import("swagger-ui-dist/swagger-ui-es-bundle")
      .then(({ default: swagger }) => {
        if (left || place.current === null) return;
        swagger({
          url: DOCUMENT,
          domNode: place.current,
          deepLinking: true,
          docExpansion: "list",
          defaultModelsExpandDepth: 0,
          supportedSubmitMethods: ["get"],
          // Of swagger.io, which would hear of each reader.
          validatorUrl: null,
        });
      })
      .catch(() => setFailed(true));
    return () => {
      left = true;
      document.documentElement.classList.remove("dark-mode");
    };
  }, []);
  return (
    <main className={styles["page"]}>
      <header className={styles["header"]}>
        <p>
          The document itself is <a href={DOCUMENT}>openapi.json</a>. Requests that change something
          can be read here, but not sent.
        </p>
      </header>
      {failed ? <Notice tone="danger">The reference could not be loaded. Try again.</Notice> : null}
      <div ref={place} />
    </main>
  );
}
