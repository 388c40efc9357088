import { ConfigurableModuleBuilder, Controller, Get, Inject, Module } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  HealthIndicatorService,
  type HealthIndicatorResult,
  TerminusModule,
} from '@nestjs/terminus';

/** How one part of an app is. `down` takes the app out of traffic, `degraded` only says so. */
export interface PartHealth {
  readonly status: 'up' | 'degraded' | 'down';
  readonly [detail: string]: unknown;
}

export interface ReadinessCheck {
  readonly part: string;
  check(): PromiseLike<PartHealth> | PartHealth;
}

export interface HealthOptions {
  /** What must work before this app may take traffic. */
  readonly readiness: readonly ReadinessCheck[];
}

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<HealthOptions>({ moduleName: 'Health' })
    .setClassMethodName('forRoot')
    .build();

@ApiTags('health')
@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: HealthOptions,
  ) {}

  /** The process answers. It looks at nothing outside: a dead database must not restart every app. */
  @Get('live')
  @ApiOperation({ summary: 'Is the process alive?' })
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @ApiOperation({ summary: 'Does everything work that this app needs?' })
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check(this.options.readiness.map((check) => () => this.#indicate(check)));
  }

  async #indicate(check: ReadinessCheck): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check(check.part);
    try {
      const { status, ...details } = await check.check();
      if (status === 'up') return indicator.up(details);
      return status === 'degraded' ? indicator.degraded(details) : indicator.down(details);
    } catch (fault) {
      return indicator.down({ reason: fault instanceof Error ? fault.message : String(fault) });
    }
  }
}

@Module({ imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] })
export class HealthModule extends ConfigurableModuleClass {}
