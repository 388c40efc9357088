import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import { describeBus } from '../bus.contract.js';
import { RawRabbit } from '../testing/raw-rabbit.js';
import { sharedRabbitmqUrl } from '../testing/rabbit-under-test.js';
import { RabbitBus } from './rabbit.bus.js';
import { Topology } from './topology.js';

const topologies: Topology[] = [];

describeBus(async () => {
  const topology = new Topology(`test-${randomUUID()}`);
  topologies.push(topology);
  return RabbitBus.connect({ url: sharedRabbitmqUrl(), topology, redeliveryDelaysMs: [20] });
});

afterAll(async () => {
  const raw = await RawRabbit.open(sharedRabbitmqUrl());
  for (const topology of topologies) await raw.deleteAll(topology, ['first', 'second']);
  await raw.close();
});
