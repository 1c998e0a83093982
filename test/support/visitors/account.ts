/** A user, and the possible passwords while a change of it is unconfirmed. */
export class Account {
  private candidates: string[];
  private isChanging = false;
  private changes = 0;

  readonly name: string;

  constructor(name: string, password: string) {
    this.name = name;
    this.candidates = [password];
  }

  get isCertain(): boolean {
    return this.candidates.length === 1 && !this.isChanging;
  }

  /** Most likely first. */
  get password(): string {
    return this.candidates[0]!;
  }

  /** The most likely password was refused, so the next login tries another candidate. */
  wasRefused(): void {
    this.candidates.push(this.candidates.shift()!);
  }

  /** Changes the password, unless a change is in progress. `change` returns the outcome. */
  async change(change: (current: string, next: string) => Promise<'done' | 'refused' | 'unknown'>): Promise<void> {
    const next = `${this.name}-password-${++this.changes}`;
    const current = this.password;
    this.isChanging = true;
    const outcome = await change(current, next);
    this.isChanging = false;
    if (outcome === 'done') this.candidates = [next];
    if (outcome === 'unknown') this.candidates = [current, next];
  }
}
