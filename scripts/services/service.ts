export const SERVICE_NAMES = ['postgresql', 'redis', 'rabbitmq'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** As people write it, and the variable that the apps read its address from. */
export const SERVICES: Readonly<
  Record<ServiceName, { readonly label: string; readonly variable: string }>
> = {
  postgresql: { label: 'PostgreSQL', variable: 'DATABASE_URL' },
  redis: { label: 'Redis', variable: 'REDIS_URL' },
  rabbitmq: { label: 'RabbitMQ', variable: 'RABBITMQ_URL' },
};

/** A real server of our own: its port is private, its data lives in its folder. */
export interface Service {
  readonly name: ServiceName;
  /** Holds the password: not for logs. Stays the same over `restart`. */
  readonly url: string;
  /** Of the server that runs now, or ran last. */
  readonly pid: number;
  /** May be called twice. The data stays. */
  stop(): Promise<void>;
  /** Sends a signal to the server and, when that one can only end it, waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** The same port and data again, after a `kill` or in one go. Answers when the server does. */
  restart(): Promise<void>;
}
