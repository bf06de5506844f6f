// Tells what happens, one short line at a time. Lines are written inside steps, so each is told once per attempt however
// often the function around it is replayed.

export type Say = (who: string, what: string) => void;

const WHO_COLUMNS = 23;
// Events can be sent by anyone: what they say must not steer the terminal.
const CONTROL = /\p{Cc}/gu;

export function createNarrator(write: (text: string) => void): Say {
  return (who, what) => {
    const time = new Date().toTimeString().slice(0, 8);
    const line = `${who.padEnd(WHO_COLUMNS)}${what}`.replaceAll(CONTROL, "?");
    write(`${time}  ${line}\n`);
  };
}
