import { useState, type ReactNode } from "react";
import { useMakeBot } from "@/features/bots/api/bots";
import { botForm, botNameRule } from "@/features/bots/model/forms";
import styles from "@/features/bots/ui/Bots.module.css";
import { limits, type BotTokenView } from "@/shared/contracts/generated";
import { RestError } from "@/shared/lib/rest";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Dialog } from "@/shared/ui/Dialog";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type NewBotProps = { close: () => void; made: (view: BotTokenView) => void };

/** Two names, and it is there. */
export function NewBot({ close, made }: NewBotProps): ReactNode {
  const make = useMakeBot();
  const [username, setUsername] = useState("");
  const [name, setName] = useState("");
  const [tried, setTried] = useState(false);
  const taken = make.error instanceof RestError && make.error.code === "username_taken";
  const rule = botNameRule(username);
  const submit = (): void => {
    setTried(true);
    const body = botForm.safeParse({ username, name });
    if (body.success) make.mutate(body.data, { onSuccess: made });
  };
  return (
    <Dialog open onOpenChange={close} title="Make a bot">
      <form
        className={styles["form"]}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {make.error && !taken ? <Notice tone="danger">{errorWords(make.error)}</Notice> : null}
        <Field
          label="Username"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={username}
          hint="Such as build-bot. It stays as it is."
          error={tried ? (rule ?? (taken ? errorWords(make.error) : undefined)) : undefined}
          onChange={(event) => {
            setUsername(event.target.value.toLowerCase());
            make.reset();
          }}
        />
        <Field
          label="Name"
          autoComplete="off"
          maxLength={limits.displayNameChars}
          value={name}
          hint="What others read. Empty: the username."
          onChange={(event) => setName(event.target.value)}
        />
        <div className={styles["ends"]}>
          <Button type="submit" look="primary" busy={make.isPending}>
            Make it
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
