import { useState, type ReactNode } from "react";
import { useBlock } from "@/features/people/api/profiles";
import { useReport } from "@/features/people/api/reports";
import styles from "@/features/people/ui/Report.module.css";
import { limits, type ReportReason } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Choices } from "@/shared/ui/Choices";
import { Dialog } from "@/shared/ui/Dialog";
import { Notice } from "@/shared/ui/Notice";
import { TextArea } from "@/shared/ui/TextArea";

type ReportProps = {
  /** Who is reported, or wrote what is. */
  person: string;
  name: string;
  /** The message that is reported; null: the person. */
  message: { chat: string; target: number } | null;
  onClose: () => void;
};

const REASONS: readonly { value: ReportReason; label: string }[] = [
  { value: "spam", label: "Spam or advertising" },
  { value: "abuse", label: "Insults or harassment" },
  { value: "violence", label: "Threats or violence" },
  { value: "sexual", label: "Sexual content that nobody asked for" },
  { value: "impersonation", label: "Somebody pretends to be somebody else" },
  { value: "other", label: "Something else" },
];

/** Tells those who run this Nexync about a message or a person, and blocks too when one likes. */
export function Report({ person, name, message, onClose }: ReportProps): ReactNode {
  const report = useReport();
  const block = useBlock(true);
  const [reason, setReason] = useState<ReportReason>("spam");
  const [comment, setComment] = useState("");
  const [blocks, setBlocks] = useState(false);
  const done = report.isSuccess && (!blocks || block.isSuccess);
  const send = (): void => {
    const about = message ?? { person };
    const then = { onSuccess: () => (blocks ? block.mutate(person) : undefined) };
    if (report.isSuccess) block.mutate(person);
    else report.mutate({ ...about, reason, comment }, then);
  };
  if (done) {
    return (
      <Dialog open onOpenChange={onClose} title="Thank you">
        <div className={styles["body"]}>
          <p>The people who run this Nexync will look at it. {name} is not told.</p>
        </div>
        <div className={styles["foot"]}>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </Dialog>
    );
  }
  const problem = report.error ?? block.error;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={message === null ? `Report ${name}` : "Report this message"}
      words={
        message === null
          ? "The people who run this Nexync see who reports, and what you say here."
          : "The people who run this Nexync see the message, who wrote it, and who reports it."
      }
    >
      <form
        className={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div className={styles["body"]}>
          {problem ? <Notice tone="danger">{errorWords(problem)}</Notice> : null}
          <Choices label="What is wrong?" value={reason} options={REASONS} onChange={setReason} />
          <TextArea
            label="Anything else? (optional)"
            hint={`${limits.reportChars - comment.length} characters left.`}
            value={comment}
            maxLength={limits.reportChars}
            onChange={(event) => setComment(event.target.value)}
          />
        </div>
        <label className={styles["too"]}>
          <input
            type="checkbox"
            checked={blocks}
            onChange={(event) => setBlocks(event.target.checked)}
          />
          <span>
            Block <span dir="auto">{name}</span> too
          </span>
        </label>
        <div className={styles["foot"]}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="danger" busy={report.isPending || block.isPending}>
            Report
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
