import type { ComponentProps, ReactNode } from "react";
import { navigate } from "@/shared/lib/location";

/** A real link (open in a new tab, copy, middle click work) that changes place without a reload. */
export function Link({ to, ...rest }: ComponentProps<"a"> & { to: string }): ReactNode {
  return (
    <a
      {...rest}
      href={to}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {rest.children}
    </a>
  );
}
