import type { ReactNode } from "react";
import { Nexync } from "@/app/_shell/Nexync";

export default function Page(): ReactNode {
  return <Nexync />;
}
