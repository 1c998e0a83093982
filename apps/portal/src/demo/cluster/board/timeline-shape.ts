import { useEffect, useState } from 'preact/hooks';

/** Width and height of a square with its gap, as in the style sheet. */
const CELL_PX = 27;
const ROWS = 6;

/** How many squares fit into a row. */
export function useTimelineShape(): { columns: number; rows: number } {
  const [columns, setColumns] = useState(40);
  useEffect(() => {
    const timeline = document.querySelector('[data-timeline]');
    if (!timeline) return;
    const observer = new ResizeObserver(([entry]) =>
      setColumns(Math.max(1, Math.floor((entry!.contentRect.width + 3) / CELL_PX))),
    );
    observer.observe(timeline);
    return () => observer.disconnect();
  }, []);
  return { columns, rows: ROWS };
}
