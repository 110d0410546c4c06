import { Download, File as FileIcon, FileArchive, FileText } from "lucide-react";
import type { ReactNode } from "react";
import { useSaving } from "@/features/conversation/api/images";
import styles from "@/features/conversation/ui/FileCard.module.css";
import type { Attachment } from "@/shared/contracts/generated";
import { fileAddress, type InMessage } from "@/shared/lib/files";
import { sizeWords } from "@/shared/lib/sizes";
import { Spinner } from "@/shared/ui/Spinner";

type FileCardProps = {
  name: string;
  /** Bytes. */
  size: number;
  /** Instead of the size. */
  words?: string | undefined;
  failed?: boolean;
  children?: ReactNode;
};

/** What a file is called and how large it is; `children` are what can be done with it. */
export function FileCard({ name, size, words, failed, children }: FileCardProps): ReactNode {
  return (
    <span className={styles["card"]} data-failed={failed}>
      <Inside name={name} size={size} words={words} />
      {children}
    </span>
  );
}

/** A file of a message, to be saved. */
export function SavedCard({ file, of }: { file: Attachment; of: InMessage }): ReactNode {
  const { busy, words, save } = useSaving(of, file.name);
  return (
    <>
      <a
        className={styles["card"]}
        href={fileAddress(of, "original")}
        download={file.name}
        aria-busy={busy}
        onClick={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <span className="visually-hidden">Save</span>
        <Inside name={file.name} size={file.size} />
        <span className={styles["end"]}>
          {busy ? <Spinner /> : <Download size={18} strokeWidth={1.75} aria-hidden="true" />}
        </span>
      </a>
      {words === null ? null : (
        <p className={styles["problem"]} role="alert">
          Not saved. {words}
        </p>
      )}
    </>
  );
}

function Inside({ name, size, words }: Pick<FileCardProps, "name" | "size" | "words">): ReactNode {
  return (
    <>
      <span className={styles["icon"]}>
        <Icon name={name} />
      </span>
      <span className={styles["about"]}>
        <span className={styles["name"]} title={name} dir="auto">
          {name}
        </span>
        <span className={styles["size"]}>{words ?? sizeWords(size)}</span>
      </span>
    </>
  );
}

/** A hint for the eye: the name says it, nothing depends on it. */
function Icon({ name }: { name: string }): ReactNode {
  const look = { size: 20, strokeWidth: 1.75, "aria-hidden": true };
  if (/\.(zip|gz|tgz|xz|zst|bz2|7z|rar|tar)$/i.test(name)) return <FileArchive {...look} />;
  if (/\.(pdf|txt|md|docx?|odt|rtf|csv|pages)$/i.test(name)) return <FileText {...look} />;
  return <FileIcon {...look} />;
}
