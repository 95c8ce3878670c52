import { openRooms } from '../testing/open-rooms.ts';
import { searchContract } from '../testing/search-contract.ts';

searchContract('the search in SQLite', openRooms);
