import { zodResolver } from "@hookform/resolvers/zod";
import type { ReactNode } from "react";
import { useForm } from "react-hook-form";
import { useRenamePasskey } from "@/features/account/api/passkeys";
import { passkeyNameForm } from "@/features/account/model/forms";
import styles from "@/features/account/ui/TwoStep.module.css";
import { limits, type PasskeyItem } from "@/shared/contracts/generated";
import { errorWords } from "@/shared/lib/words";
import { Button } from "@/shared/ui/Button";
import { Field } from "@/shared/ui/Field";
import { Notice } from "@/shared/ui/Notice";

type NamePasskeyProps = { one: PasskeyItem; done: () => void };

/** Another name for a passkey. */
export function NamePasskey({ one, done }: NamePasskeyProps): ReactNode {
  const rename = useRenamePasskey();
  const form = useForm({
    resolver: zodResolver(passkeyNameForm),
    defaultValues: { name: one.name },
  });
  const submit = form.handleSubmit(({ name }) => {
    if (name === one.name) done();
    else rename.mutate({ passkey: one.id, name }, { onSuccess: done });
  });
  return (
    <form className={styles["form"]} onSubmit={(event) => void submit(event)} noValidate>
      {rename.error ? <Notice tone="danger">{errorWords(rename.error)}</Notice> : null}
      <Field
        label="Name"
        autoComplete="off"
        maxLength={limits.passkeyNameChars}
        error={form.formState.errors.name && "Enter a name."}
        {...form.register("name")}
      />
      <div className={styles["ends"]}>
        <Button type="submit" look="primary" busy={rename.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}
