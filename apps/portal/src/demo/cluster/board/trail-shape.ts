import { useEffect, useState } from 'preact/hooks';

/** Width and height of a square with its gap, as in the style sheet. */
const CELL_PX = 27;
const ROWS = 6;

/** How many squares fit into a row of the trail. */
export function useTrailShape(): { columns: number; rows: number } {
  const [columns, setColumns] = useState(40);
  useEffect(() => {
    const trail = document.querySelector('[data-trail]');
    if (!trail) return;
    const observer = new ResizeObserver(([entry]) =>
      setColumns(Math.max(1, Math.floor((entry!.contentRect.width + 3) / CELL_PX))),
    );
    observer.observe(trail);
    return () => observer.disconnect();
  }, []);
  return { columns, rows: ROWS };
}
