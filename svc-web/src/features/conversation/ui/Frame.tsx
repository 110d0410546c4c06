import type { CSSProperties, ReactNode } from "react";
import { fitted, MANY } from "@/features/conversation/model/fitting";
import styles from "@/features/conversation/ui/Frame.module.css";
import type { Attachment } from "@/shared/contracts/generated";

type Look = Pick<Attachment, "width" | "height" | "blur">;

/** Images beside each other: one in its own shape, several as tiles. */
export function Images({ count, children }: { count: number; children: ReactNode }): ReactNode {
  const layout = count === 1 ? "one" : count < MANY ? "few" : "many";
  return (
    <div className={styles["images"]} data-layout={layout}>
      {children}
    </div>
  );
}

/** The place of one image and its placeholder: nothing moves when it comes. */
export function Frame({ look, children }: { look: Look; children: ReactNode }): ReactNode {
  const { width, height } = fitted(look);
  const style = {
    "--wide": `${width}px`,
    "--ratio": `${width} / ${height}`,
    ...(look.blur === null ? {} : { "--blur": blurOf(look.blur) }),
  } as CSSProperties;
  return (
    <div className={styles["frame"]} style={style}>
      {children}
    </div>
  );
}

/** A few pixels that the browser smooths. */
export function blurOf(blur: string): string {
  return `url("data:image/webp;base64,${blur}")`;
}
