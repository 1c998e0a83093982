interface Flight<T> {
  readonly result: Promise<T>;
  /** performance.now(); infinite while in flight. */
  endedAt: number;
}

/** How long a finished flight is kept for callers that began before it ended. */
const STRAGGLERS_MS = 1000;

/** Callers that need the same thing at the same time share one result. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /** `since` is when the caller began (performance.now()): a result is shared only if it was not complete by then. */
  run(key: string, since: number, work: () => Promise<T>): Promise<T> {
    const known = this.flights.get(key);
    if (known !== undefined && since <= known.endedAt) return known.result;
    const flight: Flight<T> = { result: work(), endedAt: Infinity };
    this.flights.set(key, flight);
    flight.result.then(
      () => {
        flight.endedAt = performance.now();
        setTimeout(() => this.forget(key, flight), STRAGGLERS_MS).unref();
      },
      () => this.forget(key, flight),
    );
    return flight.result;
  }

  private forget(key: string, flight: Flight<T>): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}
