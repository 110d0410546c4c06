import type { ReactNode } from "react";
import type { OwnerProofBody } from "@/shared/contracts/generated";

/** How it is asked who sits at the page; the form belongs to another area, so the page gives it. */
export type Asked = {
  action: string;
  look: "primary" | "danger";
  busy: boolean;
  error: Error | null;
  send: (proof: OwnerProofBody) => void;
};

export type Proof = (asked: Asked) => ReactNode;
