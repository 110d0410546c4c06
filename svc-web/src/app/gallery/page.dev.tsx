"use client";

import type { ReactNode } from "react";
import { Gallery } from "@/app/gallery/Gallery";

export default function Page(): ReactNode {
  return <Gallery />;
}
