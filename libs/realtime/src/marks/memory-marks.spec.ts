import { createMemoryHistory } from '../rooms/memory-history.ts';
import { createMemoryMarks } from './memory-marks.ts';
import { marksContract } from '../testing.ts';

marksContract('the memory marks', () => {
  const history = createMemoryHistory();
  return {
    marks: createMemoryMarks(history),
    history,
    createRoom: (room) => {
      history.create(room);
    },
  };
});
