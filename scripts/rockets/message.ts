/** The envelope of the public rockets program, as it goes over the wire. */
export interface WireMessage {
  readonly metadata: {
    readonly channel: string;
    readonly messageNumber: number;
    readonly messageTime: string;
    readonly messageType: WireEvent['messageType'];
  };
  readonly message: WireEvent['message'];
}

export type WireEvent =
  | {
      readonly messageType: 'RocketLaunched';
      readonly message: {
        readonly type: string;
        readonly launchSpeed: number;
        readonly mission: string;
      };
    }
  | {
      readonly messageType: 'RocketSpeedIncreased' | 'RocketSpeedDecreased';
      readonly message: { readonly by: number };
    }
  | { readonly messageType: 'RocketExploded'; readonly message: { readonly reason: string } }
  | {
      readonly messageType: 'RocketMissionChanged';
      readonly message: { readonly newMission: string };
    };

/** What `GET /state/{channel}` must answer. */
export interface WireState {
  readonly type: string;
  readonly speed: number;
  readonly mission: string;
  readonly exploded_reason: string;
  readonly latest_mission_msg: number;
  readonly latest_exploded_msg: number;
  readonly latest_update: string;
}
