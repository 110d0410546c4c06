import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useSetRetention } from "@/features/chats/api/groups";
import styles from "@/features/chats/ui/Details.module.css";
import { endpoints, type ChatView } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";
import { isShorter, keptWords, RETENTIONS } from "@/shared/lib/retention";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Notice } from "@/shared/ui/Notice";
import { Segmented } from "@/shared/ui/Segmented";

const LABELS = { days_30: "30 days", year_1: "1 year", forever: "For ever" } as const;

/** How long messages are kept, which a group's admins may shorten, and the way to take them along. */
export function Keeping({ chat, admin }: { chat: ChatView; admin: boolean }): ReactNode {
  const set = useSetRetention(chat.chat);
  const workspace = chat.workspace_retention;
  const wanted = set.isPending ? set.variables : chat.retention;
  const holds = wanted !== null && isShorter(wanted, workspace) ? wanted : workspace;
  const options = RETENTIONS.filter((one) => !isShorter(workspace, one)).map((value) => ({
    value,
    label: LABELS[value],
  }));
  return (
    <section className={styles["section"]} aria-label="Messages are kept">
      <h3 className={styles["heading"]}>Messages are kept</h3>
      {admin && options.length > 1 ? (
        <>
          <Segmented
            label="Messages are kept"
            value={holds}
            options={options}
            onChange={(value) => set.mutate(value === workspace ? null : value)}
          />
          <p className={styles["meta"]}>
            For what is said from now on. What is there keeps the time that it was said under.
          </p>
        </>
      ) : (
        <p className={styles["meta"]}>
          {holds === "forever" ? "For ever." : `At least ${keptWords(holds).replace(/^for /, "")}.`}
        </p>
      )}
      {set.error ? <Notice tone="danger">{errorWords(set.error)}</Notice> : null}
      <Export chat={chat.chat} />
    </section>
  );
}

/** The browser saves the stream as it comes; a look at the chat before it renews the login. */
function Export({ chat }: { chat: string }): ReactNode {
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState<string | null>(null);
  const start = async (): Promise<void> => {
    setBusy(true);
    setWords(null);
    try {
      await call(endpoints.chat, { path: { chat } });
      const link = document.createElement("a");
      link.href = endpoints.export.path.replace("{chat}", chat);
      link.download = "chat.jsonl";
      link.click();
    } catch (error) {
      setWords(errorWords(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button wide busy={busy} onClick={() => void start()}>
        <Download size={18} strokeWidth={1.75} />
        Export messages
      </Button>
      {words === null ? null : <Notice tone="danger">{words}</Notice>}
    </>
  );
}
