import { ConfigurableModuleBuilder, Module } from '@nestjs/common';
import { UdpHealth } from './udp.health.js';
import type { UdpServerOptions } from './udp.options.js';
import { UdpServer } from './udp.server.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<UdpServerOptions>({ moduleName: 'Udp' })
    .setClassMethodName('forRoot')
    .build();

/** The strategy is a provider: `connectMicroservice({ strategy: app.get(UdpServer) })`. */
@Module({
  providers: [
    {
      provide: UdpServer,
      useFactory: (options: UdpServerOptions) => new UdpServer(options),
      inject: [MODULE_OPTIONS_TOKEN],
    },
    UdpHealth,
  ],
  exports: [UdpServer, UdpHealth],
})
export class UdpModule extends ConfigurableModuleClass {}
