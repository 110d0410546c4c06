import type { ReactNode } from "react";
import type { UseFormRegisterReturn } from "react-hook-form";
import { fieldWords } from "@/features/account/model/forms";
import { Field } from "@/shared/ui/Field";

type ProofFieldProps = { registered: UseFormRegisterReturn; wrong: boolean };

/** The account's password. The hidden name tells password stores whose it is. */
export function OwnPassword({
  username,
  registered,
  wrong,
}: ProofFieldProps & { username: string }): ReactNode {
  return (
    <>
      <input type="hidden" autoComplete="username" value={username} readOnly />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        error={wrong ? fieldWords("current") : undefined}
        {...registered}
      />
    </>
  );
}

/** A code of the second factor. */
export function OwnCode({ registered, wrong }: ProofFieldProps): ReactNode {
  return (
    <Field
      label="Code"
      autoComplete="one-time-code"
      autoCapitalize="none"
      spellCheck={false}
      hint="Of your app, or a recovery code."
      error={wrong ? "Enter six digits or a recovery code." : undefined}
      {...registered}
    />
  );
}
