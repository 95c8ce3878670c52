import { createMemoryPresence } from './memory-presence.ts';
import { presenceContract } from '../testing.ts';

presenceContract('the memory presence', () => ({ presence: createMemoryPresence() }));
