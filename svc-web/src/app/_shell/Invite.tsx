import { useQuery } from "@tanstack/react-query";
import { Check, Link2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { instanceQuery } from "@/features/account/api/instance";
import { Button } from "@/shared/ui/Button";

/** Copies the address where somebody new begins; nothing where that address alone lets nobody in. */
export function Invite(): ReactNode {
  const instance = useQuery(instanceQuery);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(`${window.location.origin}/signup`);
    setCopied(true);
  };
  const registration = instance.data?.registration;
  if (registration !== "open" && registration !== "domains") return null;
  const Icon = copied ? Check : Link2;
  return (
    <Button onClick={() => void copy().catch(() => setCopied(false))}>
      <Icon size={18} strokeWidth={1.75} />
      {copied ? "Copied" : "Copy an invitation link"}
    </Button>
  );
}
