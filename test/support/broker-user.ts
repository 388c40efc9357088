import { type ConfirmChannel, connect } from 'amqplib';

/** What somebody tries to do at RabbitMQ. */
export type BrokerWork = (channel: ConfirmChannel) => Promise<unknown>;

export const publish =
  (exchange: string, key: string): BrokerWork =>
  async (channel) => {
    channel.publish(exchange, key, Buffer.from('{}'));
    await channel.waitForConfirms();
  };

/** `done`, or why the broker closed the channel over the work. */
export async function answerOfBroker(url: string, work: BrokerWork): Promise<string> {
  const connection = await connect(url);
  try {
    const channel = await connection.createConfirmChannel();
    const reason = new Promise<string>((tell) => {
      channel.on('error', (fault: Error) => tell(fault.message));
    });
    return await work(channel).then(
      () => 'done',
      () => reason,
    );
  } finally {
    await connection.close();
  }
}
