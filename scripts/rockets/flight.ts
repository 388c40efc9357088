import type { WireEvent, WireMessage, WireState } from './message.js';
import { below, pick, type Random } from './random.js';
import { EXPLOSION_REASONS, MISSIONS } from './vocabulary.js';

const SPEED_STEP = 500;
const LAUNCH_STEPS_MAX = 6;
const CHANGE_STEPS_MAX = 6;
const MISSION_CHANGE_SHARE = 0.02;
const INCREASE_SHARE = 0.55;

/**
 * One rocket in flight: makes its messages in order and keeps its state by the plainest rules there
 * are, number after number. This is the judge of the monitor, so it shares no code with it.
 */
export class Flight {
  #number = 0;
  #state: WireState = {
    type: '',
    speed: 0,
    mission: '',
    exploded_reason: '',
    latest_mission_msg: -1,
    latest_exploded_msg: -1,
    latest_update: '',
  };

  constructor(
    private readonly random: Random,
    readonly channel: string,
    private readonly type: string,
    private readonly plan: { readonly length: number; readonly explodes: boolean },
  ) {}

  get state(): WireState {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#number >= this.plan.length;
  }

  next(messageTime: string): WireMessage {
    this.#number += 1;
    const { messageType, message } = this.#event();
    this.#state = { ...this.#state, latest_update: messageTime };
    const { channel } = this;
    return {
      metadata: { channel, messageNumber: this.#number, messageTime, messageType },
      message,
    };
  }

  #event(): WireEvent {
    if (this.#number === 1) return this.#launch();
    if (this.isOver && this.plan.explodes) return this.#explode();
    if (this.random() < MISSION_CHANGE_SHARE) return this.#changeMission();
    return this.#changeSpeed();
  }

  #launch(): WireEvent {
    const mission = pick(this.random, MISSIONS);
    const launchSpeed = this.#steps(LAUNCH_STEPS_MAX);
    const { type } = this;
    this.#state = { ...this.#state, type, mission, speed: launchSpeed, latest_mission_msg: 1 };
    return { messageType: 'RocketLaunched', message: { type, launchSpeed, mission } };
  }

  #changeSpeed(): WireEvent {
    const by = this.#steps(CHANGE_STEPS_MAX);
    const { speed } = this.#state;
    const isFaster = by > speed || this.random() < INCREASE_SHARE;
    this.#state = { ...this.#state, speed: isFaster ? speed + by : speed - by };
    const messageType = isFaster ? 'RocketSpeedIncreased' : 'RocketSpeedDecreased';
    return { messageType, message: { by } };
  }

  #changeMission(): WireEvent {
    const others = MISSIONS.filter((mission) => mission !== this.#state.mission);
    const newMission = pick(this.random, others);
    this.#state = { ...this.#state, mission: newMission, latest_mission_msg: this.#number };
    return { messageType: 'RocketMissionChanged', message: { newMission } };
  }

  #explode(): WireEvent {
    const reason = pick(this.random, EXPLOSION_REASONS);
    this.#state = { ...this.#state, exploded_reason: reason, latest_exploded_msg: this.#number };
    return { messageType: 'RocketExploded', message: { reason } };
  }

  #steps(max: number): number {
    return SPEED_STEP * (1 + below(this.random, max));
  }
}
