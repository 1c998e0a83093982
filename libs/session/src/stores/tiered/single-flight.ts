interface Flight<T> {
  readonly answer: Promise<T>;
  /** performance.now(); infinite while it is under way. */
  endedAt: number;
}

/** How long a finished flight is remembered, for callers that had begun before it ended. */
const STRAGGLERS_MS = 200;

/** Callers that ask for the same thing at the same time share one answer. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /** `since` is when the caller began (performance.now()): an answer is shared only if it was not complete by then. */
  run(key: string, since: number, work: () => Promise<T>): Promise<T> {
    const known = this.flights.get(key);
    if (known !== undefined && since <= known.endedAt) return known.answer;
    const flight: Flight<T> = { answer: work(), endedAt: Infinity };
    this.flights.set(key, flight);
    flight.answer.then(
      () => {
        flight.endedAt = performance.now();
        setTimeout(() => this.forget(key, flight), STRAGGLERS_MS).unref();
      },
      () => this.forget(key, flight),
    );
    return flight.answer;
  }

  private forget(key: string, flight: Flight<T>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
