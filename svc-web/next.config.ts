import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants";

/**
 * The product is a folder of files: every unknown path gets `index.html`, and the page reads the
 * location itself. The development server has no such fallback, so it rewrites to the same page.
 */
export default function config(phase: string): NextConfig {
  if (phase === PHASE_DEVELOPMENT_SERVER) {
    const edge = process.env["NEXYNC_PAGE"] ?? "http://127.0.0.1:8080";
    return {
      pageExtensions: ["tsx", "dev.tsx"],
      rewrites: () =>
        Promise.resolve({
          beforeFiles: [],
          afterFiles: [{ source: "/api/:path*", destination: `${edge}/api/:path*` }],
          fallback: [{ source: "/:path*", destination: "/" }],
        }),
    };
  }
  return { output: "export", pageExtensions: ["tsx"], images: { unoptimized: true } };
}
