import type { Metadata } from "next";
import type { ReactNode } from "react";
import { Reference } from "@/app/reference/Reference";

export const metadata: Metadata = { title: "Nexync API", robots: { index: false } };

export default function Page(): ReactNode {
  return <Reference />;
}
