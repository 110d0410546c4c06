import type { ReactNode } from "react";
import type { DoorKind } from "@/app/_shell/place";
import { ForgotPassword } from "@/features/account/ui/ForgotPassword";
import { LogIn } from "@/features/account/ui/LogIn";
import { ResetPassword } from "@/features/account/ui/ResetPassword";
import { SignUp } from "@/features/account/ui/SignUp";
import { Verify } from "@/features/account/ui/Verify";

/** The pages for who isn't in yet. A part of its own: whoever is in doesn't wait for it. */
export default function Doorway({ place }: { place: DoorKind }): ReactNode {
  switch (place.kind) {
    case "signup":
      return <SignUp fragment={place.fragment} />;
    case "verify":
      return <Verify email={place.email} />;
    case "forgot":
      return <ForgotPassword />;
    case "reset":
      return <ResetPassword token={place.token} />;
    case "login":
      return <LogIn changed={place.changed} problem={place.problem} second={place.second} />;
  }
}
