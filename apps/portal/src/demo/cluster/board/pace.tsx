export const PACES = [
  ['walk', 'Walk', 1500],
  ['run', 'Run', 400],
  ['sprint', 'Sprint', 120],
] as const;

export type Pace = (typeof PACES)[number][0];

interface PaceProps {
  running: boolean;
  pace: Pace;
  memory: boolean;
  disabled: boolean;
  onToggle: () => void;
  onPace: (pace: Pace) => void;
  onMemory: (memory: boolean) => void;
}

/** How fast this tab sends requests, and where its session is kept. */
export function PaceControls({ running, pace, memory, disabled, onToggle, onPace, onMemory }: PaceProps) {
  return (
    <div class="pace">
      <button class="button small" type="button" onClick={onToggle} disabled={disabled}>
        {running ? 'Pause' : 'Continue'}
      </button>
      <fieldset class="segments">
        <legend class="hidden-visually">Pace of the requests</legend>
        {PACES.map(([value, label]) => (
          <label>
            <input
              type="radio"
              name="pace"
              value={value}
              checked={value === pace}
              onChange={() => onPace(value)}
              disabled={disabled}
            />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
      <label class="switch">
        <input type="checkbox" role="switch" checked={memory} onChange={() => onMemory(!memory)} disabled={disabled} />
        <span>Keep my session in one server’s memory, as most apps do</span>
      </label>
    </div>
  );
}
