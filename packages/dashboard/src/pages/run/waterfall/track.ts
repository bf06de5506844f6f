// The track on which bars are drawn, as the browser measures it: its width, and the wheel over it.
import { useEffect, useEffectEvent, useState, type RefObject } from "react";

export function useTrackWidth(track: RefObject<HTMLElement | null>): number {
  const [widthPx, setWidthPx] = useState(600);
  useEffect(() => {
    const element = track.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [track]);
  return widthPx;
}

/** Ctrl or Cmd with the wheel (and the pinch of a touch pad) zooms at the pointer, Shift with the wheel moves along. */
export function useWheelZoom(
  area: RefObject<HTMLElement | null>,
  track: RefObject<HTMLElement | null>,
  onZoom: (factor: number, anchor: number) => void,
  onPan: (share: number) => void,
): void {
  const onWheel = useEffectEvent((event: WheelEvent): void => {
    const alongPx = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
    const { left = 0, width = 1 } = track.current?.getBoundingClientRect() ?? {};
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const anchor = Math.min(1, Math.max(0, (event.clientX - left) / Math.max(1, width)));
      onZoom(Math.exp(event.deltaY * 0.004), anchor);
    } else if (Math.abs(alongPx) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      event.preventDefault();
      onPan(alongPx / Math.max(1, width));
    }
  });
  useEffect(() => {
    const element = area.current;
    if (element === null) return undefined;
    // React's own wheel handlers are passive and could not keep the page from zooming.
    const listener = (event: WheelEvent): void => onWheel(event);
    element.addEventListener("wheel", listener, { passive: false });
    return () => element.removeEventListener("wheel", listener);
  }, [area]);
}
