import { Column, Entity, PrimaryColumn } from 'typeorm';

export const ROLES = ['user', 'admin'] as const;
export type Role = (typeof ROLES)[number];

@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id!: string;

  /** Normalised, see user-name.ts. */
  @Column('text', { unique: true })
  name!: string;

  /** Argon2id in PHC form: parameters and salt included. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('text', { array: true })
  roles!: Role[];

  /** Everybody can know the password, so it works only where `PublicPasswords` allows it. */
  @Column('boolean', { name: 'demo' })
  hasPublicPassword!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
}
