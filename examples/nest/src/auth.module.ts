import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { JwtModule } from '@nestjs/jwt';
import { AuthController } from './auth.controller.js';
import { JwtGuard } from './jwt.guard.js';

const secret = process.env['JWT_SECRET'] ?? randomUUID();

@Module({
  imports: [JwtModule.register({ secret, signOptions: { expiresIn: '8h' } })],
  controllers: [AuthController],
  providers: [JwtGuard],
  exports: [JwtGuard, JwtModule],
})
export class AuthModule {}
