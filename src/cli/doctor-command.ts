import { chooseAccelerator } from '../qemu/accel.js';
import { doctor, thisHost } from './doctor.js';

/** `lastref doctor` on the host it runs on; the accelerator is proved, not guessed. */
export async function doctorCommand(): Promise<number> {
  return doctor(thisHost(() => chooseAccelerator('auto')));
}
