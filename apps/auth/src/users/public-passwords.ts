/** Whether accounts whose password is public may log in. Not provided: they may not. */
export class PublicPasswords {
  constructor(readonly allowed: boolean) {}
}
