/** The environment of a peer, read in one place. */
const required = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start the peers with "npm run bench".`);
  return value;
};

export const settings = {
  port: Number(process.env.PORT ?? 3000),
  get redisUrl() {
    return required('REDIS_URL');
  },
  get databaseUrl() {
    return required('DATABASE_URL');
  },
  secret: 'a-secret-of-the-benchmark-that-is-long-enough',
  sessionSeconds: 1800,
};
