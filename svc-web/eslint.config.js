import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const AREAS = ["account", "admin", "bots", "chats", "conversation", "people", "push", "search"];

/** Imports only go down: app → features/<area>/{ui → api → model} → shared; no area imports another. */
function forbid(files, groups) {
  return {
    files,
    rules: { "no-restricted-imports": ["error", { patterns: groups }] },
  };
}

const noApp = { group: ["@/app/*", "@/app"], message: "app/ is the top; nothing imports it." };
const parentPaths = { group: ["../*"], message: "Use @/… so that the import rules see the layer." };
const REACT = ["react", "react-dom", "@tanstack/*", "radix-ui", "lucide-react"];

export default defineConfig([
  globalIgnores([".next", "out", "next-env.d.ts", "src/shared/contracts", "e2e/.output"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  hooks.configs.flat["recommended-latest"],
  a11y.flatConfigs.strict,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_" }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  forbid(
    ["src/shared/**"],
    [
      noApp,
      parentPaths,
      { group: ["@/features/*", "@/features"], message: "shared/ knows no feature." },
    ],
  ),
  forbid(
    ["src/shared/realtime/**"],
    [
      noApp,
      parentPaths,
      {
        group: ["@/features/*", "@/shared/ui/*"],
        message: "The socket knows no feature, no view.",
      },
      { group: REACT, message: "The socket is plain TypeScript." },
    ],
  ),
  ...AREAS.flatMap((area) => {
    const others = {
      group: AREAS.filter((other) => other !== area).map((other) => `@/features/${other}/*`),
      message: "Areas meet in app/, not in each other.",
    };
    return [
      forbid([`src/features/${area}/ui/**`], [noApp, parentPaths, others]),
      forbid(
        [`src/features/${area}/api/**`],
        [
          noApp,
          parentPaths,
          others,
          { group: [`@/features/${area}/ui/*`, "@/shared/ui/*"], message: "api/ knows no view." },
        ],
      ),
      forbid(
        [`src/features/${area}/model/**`],
        [
          noApp,
          parentPaths,
          others,
          {
            group: [`@/features/${area}/ui/*`, `@/features/${area}/api/*`, "@/shared/ui/*"],
            message: "model/ is pure.",
          },
          { group: REACT, message: "model/ is pure." },
        ],
      ),
    ];
  }),
]);
