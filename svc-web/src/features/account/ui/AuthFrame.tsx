import type { ReactNode } from "react";
import { Logo } from "@/shared/ui/Logo";
import styles from "@/features/account/ui/Auth.module.css";

type AuthFrameProps = { title: string; words: ReactNode; children: ReactNode; foot: ReactNode };

/** The page around every form before one is logged in. */
export function AuthFrame({ title, words, children, foot }: AuthFrameProps): ReactNode {
  return (
    <main className={styles["page"]}>
      <div className={styles["column"]}>
        <div className={styles["brand"]}>
          <Logo size={36} />
          <span>Nexync</span>
        </div>
        <section className={styles["card"]}>
          <header className={styles["head"]}>
            <h1>{title}</h1>
            <p>{words}</p>
          </header>
          {children}
        </section>
        <p className={styles["foot"]}>{foot}</p>
      </div>
    </main>
  );
}
