import { Module } from '@nestjs/common';
import { UsherModule } from '@usher/server/nest';
import { AuthModule } from './auth.module.js';
import { JwtGuard } from './jwt.guard.js';

@Module({
  imports: [
    AuthModule,
    UsherModule.forRoot({
      imports: [AuthModule],
      guards: [JwtGuard],
      allowedOrigins: ['http://localhost:4200'],
      rooms: ['general'],
    }),
  ],
})
export class AppModule {}
