import { CloudOff } from "lucide-react";
import { Component, Suspense, type ReactNode } from "react";
import styles from "@/shared/ui/Arriving.module.css";
import { Button } from "@/shared/ui/Button";
import { Empty } from "@/shared/ui/Empty";

type ArrivingProps = {
  /** Shown until the part is here. */
  meanwhile: ReactNode;
  children: ReactNode;
};

/** Around a part of the client that comes when it is first shown, or can't: without a line, or after an update. */
export class Arriving extends Component<ArrivingProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) {
      return <Suspense fallback={this.props.meanwhile}>{this.props.children}</Suspense>;
    }
    if (!isMissing(error)) throw error;
    return (
      <div className={styles["missing"]}>
        <Empty
          icon={CloudOff}
          title="This page could not be loaded"
          words="There is no connection, or Nexync has been updated. What you wrote is kept."
        >
          <Button onClick={() => location.reload()}>Reload</Button>
        </Empty>
      </div>
    );
  }
}

/** Whether a script or its style could not be fetched; the bundler gives its errors this name. */
function isMissing(error: Error): boolean {
  return error.name === "ChunkLoadError";
}
