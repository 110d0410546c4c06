import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import styles from "@/features/conversation/ui/Versions.module.css";
import { endpoints } from "@/shared/contracts/generated";
import { call } from "@/shared/lib/rest";
import { absolute } from "@/shared/lib/time";
import { Dialog } from "@/shared/ui/Dialog";
import { LoadError } from "@/shared/ui/LoadError";
import { SkeletonRows } from "@/shared/ui/Skeleton";

type VersionsProps = {
  chat: string;
  target: number;
  /** The page knows of changes up to this seq, so the answer must, too. */
  atLeast: number;
  onClose: () => void;
};

/** What a message said before, the newest text first. */
export function Versions({ chat, target, atLeast, onClose }: VersionsProps): ReactNode {
  const [known] = useState(atLeast);
  const texts = useQuery({
    queryKey: ["versions", chat, target, known],
    queryFn: ({ signal }) =>
      call(endpoints.versions, { path: { chat }, query: { target, at_least: known }, signal }),
  });
  return (
    <Dialog open onOpenChange={onClose} title="Earlier texts">
      <div className={styles["list"]}>
        <LoadError error={texts.error} onAgain={() => void texts.refetch()} />
        {texts.isPending ? <SkeletonRows count={2} label="Loading earlier texts" /> : null}
        {texts.data?.versions.length === 0 ? <p>The message was deleted.</p> : null}
        <ol>
          {texts.data?.versions.toReversed().map((version, at) => (
            <li key={version.seq} className={styles["version"]}>
              <time
                className={styles["when"]}
                dateTime={new Date(version.at).toISOString()}
              >{`${absolute(version.at)}${at === 0 ? ", now" : ""}`}</time>
              <p className={styles["text"]} dir="auto" data-version>
                {version.body}
              </p>
            </li>
          ))}
        </ol>
      </div>
    </Dialog>
  );
}
