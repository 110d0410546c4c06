import { FileDown } from "lucide-react";
import type { ReactNode } from "react";
import styles from "@/features/conversation/ui/Files.module.css";
import { endpoints, type Attachment } from "@/shared/contracts/generated";
import { sizeWords } from "@/shared/lib/sizes";

type FilesProps = { chat: string; message: number; files: readonly Attachment[] };

/** What a message carries, each a link that saves it. */
export function Files({ chat, message, files }: FilesProps): ReactNode {
  return (
    <ul className={styles["files"]} aria-label="Files">
      {files.map((file) => (
        <li key={file.id}>
          <a
            className={styles["file"]}
            href={addressOf(chat, message, file.id)}
            download={file.name}
          >
            <FileDown size={16} strokeWidth={1.75} aria-hidden="true" />
            <span className={styles["name"]} dir="auto">
              {file.name}
            </span>
            <span className={styles["size"]}>{sizeWords(file.size)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function addressOf(chat: string, message: number, attachment: string): string {
  const path = endpoints.download.path
    .replace("{chat}", chat)
    .replace("{attachment}", attachment)
    .replace("{variant}", "original");
  return `${path}?message=${message}`;
}
