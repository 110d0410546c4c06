import { Check, Link2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "@/shared/ui/Button";

/** Copies the address where somebody new begins. */
export function Invite(): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(`${window.location.origin}/signup`);
    setCopied(true);
  };
  const Icon = copied ? Check : Link2;
  return (
    <Button onClick={() => void copy().catch(() => setCopied(false))}>
      <Icon size={18} strokeWidth={1.75} />
      {copied ? "Copied" : "Copy an invitation link"}
    </Button>
  );
}
