import { runShare } from '../batch.js';

await runShare(3);
