/** What the audit log records of codes, besides `factor-added` and `factor-removed`. */
export type TotpEvent = 'second-factor-failed' | 'second-factor-locked' | 'recovery-code-used' | 'recovery-codes-replaced';
