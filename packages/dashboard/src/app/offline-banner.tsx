// Says over every page that the server has gone, and that what is shown is of before. Not at once: a dev server that is
// restarted is back before anybody reads.
import { useEffect, useState, type ReactElement } from "react";
import { Icon } from "../components/icon.tsx";
import { useStreamState } from "../data/live-updates.ts";
import "./offline-banner.css";

const AFTER_MS = 1_500;

export function OfflineBanner(): ReactElement {
  const isLost = useStreamState() === "lost";
  return <div role="status">{isLost && <LateBanner />}</div>;
}

function LateBanner(): ReactElement | undefined {
  const [isDue, setIsDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsDue(true), AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isDue) return undefined;
  return (
    <p className="offline-banner">
      <Icon name="failures" />
      The server does not answer. What you see may be old; it goes on by itself.
    </p>
  );
}
